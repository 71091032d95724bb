"""The PV series where night counts, by pvlib and nothing of this project's, and results against it.

  night.py hide ARCHIVE
  night.py compare ORACLE ARCHIVE REGIONS NIGHT TOLERANCE RESULT DAY...

`hide` makes a block of cells missing in all files of an archive, by day and by night: data that are missing by day
must not be taken for the night. `compare` computes what NIGHT ("zero" or "inverter") means:

- a cell whose apparent sun is below the horizon (pvlib's apparent zenith above 90) counts with 0 W, or with what
  the inverter draws, whether or not the archive has a value there;
- any other cell counts where it has an irradiance, with pvlib's AC power as it is where that is positive, and else
  with 0 W, or with that negative power;
- `ratio` and `cells` are as without night.
"""
import sys
from pathlib import Path

import numpy as np

# cells of the archive of the test, which has every 20th: in Western Australia and over the border to its neighbours
HIDDEN = (slice(40, 60), slice(20, 50))


def hide(archive):
    import netCDF4

    for path in sorted(Path(archive).glob("v1.*/**/*.nc")):
        with netCDF4.Dataset(path, "a") as file:
            for name in ("surface_global_irradiance", "direct_normal_irradiance", "surface_diffuse_irradiance"):
                file[name][(0, *HIDDEN)] = np.ma.masked


def compare(oracle, archive, regions, night, tolerance, result, days):
    sys.path.insert(0, oracle)
    import geopandas
    import pandas as pd
    import pv_reference as reference
    import pvlib
    import xarray as xr

    inverter = pvlib.pvsystem.retrieve_sam("cecinverter")["ABB__MICRO_0_25_I_OUTD_US_208__208V_"]
    module = pvlib.pvsystem.retrieve_sam("SandiaMod")["Canadian_Solar_CS5P_220M___2009_"]
    idle = 0.0 if night == "zero" else -abs(inverter["Pnt"])

    def exchanged(effective_irradiance, temp_cell, module, inverter):
        dc = pvlib.pvsystem.sapm(effective_irradiance=np.asarray(effective_irradiance), temp_cell=temp_cell, module=module)
        return pvlib.inverter.sandia(v_dc=dc["v_mp"], p_dc=dc["p_mp"], inverter=inverter)

    delivered, ours = reference.ac_power, xr.open_dataset(result)
    inside, rows = None, []
    for path in sorted(path for day in days for path in Path(archive, "v1.1", *day.split("-")).glob("*.nc")):
        with xr.open_dataset(path) as file:
            step = file[reference.IRRADIANCE].isel(time=0).load()
        lat, lon = step.latitude.values.astype("f8"), step.longitude.values.astype("f8")
        if inside is None:
            inside = reference.masks(geopandas.read_file(regions), step.latitude.values, step.longitude.values)
        i, j = np.nonzero(inside.any(axis=0))
        ghi, dni, dhi = (step[name].values[i, j] for name in reference.IRRADIANCE)
        times = pd.DatetimeIndex([pd.Timestamp(step.time.values)] * i.size)
        down = pvlib.solarposition.get_solarposition(times, lat[i], lon[j])["apparent_zenith"].values > 90
        powers = {}
        for name, ac_power in (("delivered", delivered), ("exchanged", exchanged)):
            reference.ac_power = ac_power
            powers[name] = reference.pv(times, lat[i], lon[j], ghi, dni, dhi, 18.0, "single-axis", module, inverter)
        values = []
        for power in powers["exchanged"]:
            power = np.where(np.isnan(ghi), np.nan, np.maximum(power, 0.0) if night == "zero" else power)
            values.append(np.where(down, idle, power))
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = powers["delivered"][0] / powers["delivered"][1]
        values.append(np.where(np.isnan(ghi) | ~np.isfinite(ratio), np.nan, ratio))
        mine = [inside[region][i, j] for region in range(len(inside))]
        rows.append([[reference.mean(value[m]) for m in mine] for value in values] + [[int((~np.isnan(ghi[m])).sum()) for m in mine]])
    good, expected = True, np.array(rows, dtype="f8")
    for n, name in enumerate(("actual", "ideal", "ratio", "cells")):
        found, wanted = ours[name].values.astype("f8"), expected[:, n]
        missing = int((np.isnan(found) != np.isnan(wanted)).sum())
        both = ~np.isnan(found) & ~np.isnan(wanted)
        worst = np.max(np.abs(found - wanted)[both] / np.maximum(np.abs(wanted[both]), 1e-3), initial=0)
        print(f"{night} {name}: {both.sum()} values, worst {worst:.2g}, missing only in one: {missing}")
        good &= missing == 0 and worst <= float(tolerance) and both.any()
    # the test tests something: regions in the dark, in the light, and partly
    actual, cells = expected[:, 0], expected[:, 3]
    all_cells = np.array([mask.sum() for mask in inside])
    assert (actual == idle).any() and (actual > 100).any(), "whole regions in the dark and in the light"
    assert ((cells > 0) & (cells < 0.8 * all_cells) & (actual > 0)).any(), "regions that are partly so"
    sys.exit(0 if good else 1)


if sys.argv[1] == "hide":
    hide(sys.argv[2])
else:
    compare(*sys.argv[2:8], sys.argv[8:])
