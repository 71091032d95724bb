"""Runs the README's recipes for the PV series, and proves what they say they compute.

  recipes.py README RESULT

The Python of the section "Read the result" is run as it stands, but for the name of the file and for lines that
plot. RESULT was made with night = "zero".
"""
import re
import sys

import numpy as np
import xarray as xr

readme, result = open(sys.argv[1]).read(), sys.argv[2]
section = readme.split("## Read the result", 1)[1].split("\n## ", 1)[0]
code = "\n".join(re.findall(r"```python\n(.*?)```", section, re.S)).replace('"pv_nem.nc"', repr(result))
names = {}
exec("\n".join(line for line in code.splitlines() if ".plot(" not in line), names)

pv = xr.open_dataset(result)
steps = np.diff(pv.time.values)
assert (np.diff(pv.time.values).min() / np.timedelta64(1, "s")) == 600, "the archive of the recipes is one of 10 minutes"
hours = 1 / 6
days = (pv.time + np.timedelta64(10, "h")).dt.floor("1D").values
for place, day in enumerate(np.unique(days)):
    actual, ideal = (pv[name].values[days == day] for name in ("actual", "ideal"))
    energy = np.nansum(actual, axis=0) * hours
    np.testing.assert_allclose(names["energy"].values[place], energy, rtol=1e-12)
    np.testing.assert_allclose(names["capacity_factor"].values[place], energy / (24 * 220), rtol=1e-12)
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(names["ratio"].values[place], energy / (np.nansum(ideal, axis=0) * hours), rtol=1e-12)
assert names["ratio"].sizes == names["energy"].sizes and names["energy"].sizes["time"] == np.unique(days).size
# a mean of ratios is another quantity
means = pv.ratio.resample(time="1D").mean().values
print("ratio of energies", float(names["ratio"].mean()), "mean of ratios", float(np.nanmean(means)))
# regions are selected by name, and by number as in a mask of regionmask
name = str(pv.region.values[1])
by_number = pv.swap_dims(region="region_id").sel(region_id=1)
xr.testing.assert_equal(pv.actual.sel(region=name).drop_vars(list(pv.coords)), by_number.actual.drop_vars(list(pv.coords), errors="ignore"))
assert by_number.names == name and set(pv.coords) == {"time", "region", "region_id", "abbrevs", "names"}
