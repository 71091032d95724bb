"""Compares a result with a reference, read by xarray: every value within a relative tolerance, missing alike.

  compare.py RESULT.nc REFERENCE.nc TOLERANCE

Relative means over max(|value|, 1e-3). Prints the largest difference of each variable; exits with 1 where one is
too large, or times, regions or missing values differ.
"""
import sys

import numpy as np
import xarray as xr

result, reference, tolerance = xr.open_dataset(sys.argv[1]), xr.open_dataset(sys.argv[2]), float(sys.argv[3])
assert result.time.dtype == reference.time.dtype, f"times are not decoded: {result.time.dtype}"
np.testing.assert_array_equal(result.time.values, reference.time.values)
np.testing.assert_array_equal(result.region.values.astype(str), reference.region.values.astype(str))
good = True
for name in ("actual", "ideal", "ratio", "cells"):
    ours, theirs = result[name].values.astype("f8"), reference[name].values.astype("f8")
    assert ours.shape == theirs.shape, f"{name}: {ours.shape} is not {theirs.shape}"
    missing = int((np.isnan(ours) != np.isnan(theirs)).sum())
    both = ~np.isnan(ours) & ~np.isnan(theirs)
    worst = np.max(np.abs(ours - theirs)[both] / np.maximum(np.abs(theirs[both]), 1e-3), initial=0)
    print(f"{name}: {both.sum()} values, worst {worst:.2g}, missing only in one: {missing}")
    good &= missing == 0 and worst <= tolerance and both.any()
sys.exit(0 if good else 1)
