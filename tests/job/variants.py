"""Rewrites an archive's files in another form that means the same, with the standard netCDF library.

  variants.py ARCHIVE OUT FORM

The forms are the functions below. `degrees` and `shifted` change the coordinates and come in pairs that mean the
same among themselves: `degrees-f4` and `degrees-i4`; `shifted-180` and `shifted-360`.
"""
import sys
from pathlib import Path

import netCDF4
import numpy as np

FIELDS = ("surface_global_irradiance", "direct_normal_irradiance", "surface_diffuse_irradiance")
FILL = -999999


class Step:
    """One file: raw values and how they are to be stored."""

    def __init__(self, path):
        with netCDF4.Dataset(path) as nc:
            nc.set_auto_maskandscale(False)
            self.time = nc["time"][:]
            self.units = nc["time"].units
            self.lat, self.lon = nc["latitude"][:], nc["longitude"][:]
            self.fields = {name: nc[name][0] for name in FIELDS}
        self.format, self.storage, self.packed = "NETCDF4", {"zlib": True}, True

    def write(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with netCDF4.Dataset(path, "w", format=self.format) as nc:
            for name, size in (("time", 1), ("latitude", self.lat.size), ("longitude", self.lon.size)):
                nc.createDimension(name, size)
            time = nc.createVariable("time", "f8", ("time",))
            time.units = self.units
            time[:] = self.time
            for name, values, units in (("latitude", self.lat, "degrees_north"), ("longitude", self.lon, "degrees_east")):
                axis = nc.createVariable(name, values.dtype, (name,))
                axis.units = units
                axis[:] = values
            for name, values in self.fields.items():
                self.write_field(nc, name, values)

    def write_field(self, nc, name, values):
        dtype, fill = ("i4", FILL) if self.packed else ("f8", np.nan)
        v = nc.createVariable(name, dtype, ("time", "latitude", "longitude"), fill_value=fill, **self.storage)
        v.set_auto_maskandscale(False)
        if self.packed:
            v.scale_factor = np.float64(0.01)
            v.valid_min, v.valid_max = np.int32(0), np.int32(140000)
            v[0] = values
        else:
            v[0] = np.where(values == FILL, np.nan, values.astype("f8") * 0.01)


def same(step):
    pass


def descending(step):
    step.lat = step.lat[::-1]
    step.fields = {name: values[::-1] for name, values in step.fields.items()}


def descending_columns(step):
    step.lon = step.lon[::-1]
    step.fields = {name: values[:, ::-1] for name, values in step.fields.items()}


def float64_axes(step):
    step.lat, step.lon = step.lat.astype("f8"), step.lon.astype("f8")


def unpacked(step):
    step.packed = False


def big_endian(step):
    step.storage = {"endian": "big", "zlib": True}


def uncompressed(step):
    step.storage = {"contiguous": True}


def classic(step):
    step.format, step.storage = "NETCDF3_CLASSIC", {}


def irregular(step):
    step.lat = (step.lat + 0.05 * np.sin(np.arange(step.lat.size))).astype("f4")
    step.lon = (step.lon + 0.05 * np.cos(np.arange(step.lon.size))).astype("f4")


def degrees(dtype):
    def whole(step):
        step.lat, step.lon = np.arange(-44, -10).astype(dtype), np.arange(112, 156).astype(dtype)
        step.fields = {name: values[: step.lat.size, : step.lon.size] for name, values in step.fields.items()}

    return whole


def shifted(turns):
    def shift(step):
        step.lon = (-90 + 360 * turns + 0.25 * np.arange(step.lon.size)).astype("f4")

    return shift


FORMS = {
    "same": same, "descending": descending, "descending-columns": descending_columns, "float64-axes": float64_axes,
    "unpacked": unpacked, "big-endian": big_endian, "uncompressed": uncompressed, "classic": classic,
    "irregular": irregular, "degrees-f4": degrees("f4"), "degrees-i4": degrees("i4"),
    "shifted-180": shifted(0), "shifted-360": shifted(1),
}

archive, out, form = Path(sys.argv[1]), Path(sys.argv[2]), FORMS[sys.argv[3]]
for path in sorted(archive.glob("v*/*/*/*/*.nc")):
    step = Step(path)
    form(step)
    step.write(out / path.relative_to(archive))
