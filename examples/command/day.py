"""The mean of a day: its name, the result's path and its files in, one NetCDF file with one time out."""

import sys

import numpy as np
import xarray as xr

VARIABLE = "surface_global_irradiance"

group, output, *files = sys.argv[1:]
steps = []
for file in files:
    with xr.open_dataset(file) as dataset:
        steps.append(dataset[[VARIABLE]].load())
mean = xr.concat(steps, "time").mean("time", keep_attrs=True)
# groups are joined along the dimension "time", so each must have it, with its coordinate
mean = mean.expand_dims(time=[np.datetime64(group, "ns")])
mean.to_netcdf(output)
