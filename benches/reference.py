"""The main job by pvlib, the slow and obvious way, for some time steps: what it costs, and how near dayfold is.

  reference.py WHOLE.nc REGIONS.nc REGIONS.geojson FILE...

Computes every cell of each file, the means over the whole grid and over the regions, and compares them with those
that dayfold wrote into WHOLE.nc (the grid as one region) and REGIONS.nc. Prints a line: cells with irradiance,
seconds of processor time, the largest difference, relative to max(|value|, 1e-3), and all cells with irradiance of
WHOLE.nc.
"""
import json
import sys
import time

import netCDF4
import numpy as np
import pandas as pd
import pvlib
import shapely

FIELDS = ["surface_global_irradiance", "direct_normal_irradiance", "surface_diffuse_irradiance"]
MODULE = pvlib.pvsystem.retrieve_sam("SandiaMod")["Canadian_Solar_CS5P_220M___2009_"]
INVERTER = pvlib.pvsystem.retrieve_sam("cecinverter")["ABB__MICRO_0_25_I_OUTD_US_208__208V_"]
TEMPERATURE = 18.0


def power(effective):
    """AC power of an effective irradiance, W; missing where the inverter does not deliver."""
    dc = pvlib.pvsystem.sapm(effective_irradiance=np.asarray(effective), temp_cell=TEMPERATURE, module=MODULE)
    ac = pvlib.inverter.sandia(v_dc=dc["v_mp"], p_dc=dc["p_mp"], inverter=INVERTER)
    return np.where(ac < 0, np.nan, ac)


def powers(when, latitude, longitude, ghi, dni, dhi):
    """Power from the irradiance and under a cloudless sky, W, of single-axis trackers."""
    times = pd.DatetimeIndex([when] * len(latitude))
    sun = pvlib.solarposition.get_solarposition(times, latitude, longitude)
    zenith, azimuth = sun["apparent_zenith"].values, sun["azimuth"].values
    track = pvlib.tracking.singleaxis(sun["apparent_zenith"], sun["azimuth"])
    tilt, facing, aoi = (track[key].values for key in ("surface_tilt", "surface_azimuth", "aoi"))
    airmass = pvlib.atmosphere.get_absolute_airmass(pvlib.atmosphere.get_relative_airmass(zenith))

    def effective(ghi, dni, dhi):
        plane = pvlib.irradiance.get_total_irradiance(tilt, facing, zenith, azimuth, dni=dni, ghi=ghi, dhi=dhi)
        return pvlib.pvsystem.sapm_effective_irradiance(
            poa_direct=plane["poa_direct"], poa_diffuse=plane["poa_diffuse"], airmass_absolute=airmass, aoi=aoi,
            module=MODULE)

    extra = np.asarray(pvlib.irradiance.get_extra_radiation(times.day_of_year))
    turbidity = np.maximum(2 + 0.1 * airmass, 2.5)
    clear = pvlib.clearsky.ineichen(
        apparent_zenith=zenith, airmass_absolute=airmass, linke_turbidity=turbidity, dni_extra=extra)
    return power(effective(ghi, dni, dhi)), power(effective(clear["ghi"], clear["dni"], clear["dhi"]))


def masks(path, latitude, longitude):
    """By region, which cells have their centre in it: the names, and an array of (region, latitude, longitude)."""
    with open(path, encoding="utf-8") as file:
        features = json.load(file)["features"]
    x, y = np.meshgrid(longitude, latitude)
    inside = [shapely.contains_xy(shapely.geometry.shape(feature["geometry"]), x, y) for feature in features]
    return [feature["properties"]["name"] for feature in features], np.array(inside)


def fields(path):
    """Time, axes and the three irradiances of a file, NaN where missing."""
    with netCDF4.Dataset(path) as file:
        when = pd.Timestamp(float(file["time"][0]), unit="s")
        axes = [file[name][:].astype("f8").filled() for name in ("latitude", "longitude")]
        return when, *axes, [np.ma.filled(file[name][0].astype("f8"), np.nan) for name in FIELDS]


def compute(path):
    """What every cell of a file delivers: actual, ideal, ratio, and where there is irradiance."""
    when, latitude, longitude, values = fields(path)
    lit = ~np.isnan(values[0])
    rows, columns = np.nonzero(lit)
    actual = np.full(lit.shape, np.nan)
    ideal = actual.copy()
    actual[lit], ideal[lit] = powers(when, latitude[rows], longitude[columns], *(field[lit] for field in values))
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = actual / ideal
    ratio[~np.isfinite(ratio)] = np.nan
    return when, {"actual": actual, "ideal": ideal, "ratio": ratio}, lit


def difference(result, when, means):
    """The largest relative difference of means, by variable, from those of a result at a time."""
    with netCDF4.Dataset(result) as file:
        times = netCDF4.num2date(file["time"][:], file["time"].units, only_use_cftime_datetimes=False)
        at = list(times).index(when.to_pydatetime())
        found = {name: np.ma.filled(file[name][at].astype("f8"), np.nan) for name in means}
    worst = 0.0
    for name, expected in means.items():
        expected = np.asarray(expected)
        if (np.isnan(found[name]) != np.isnan(expected)).any():
            return np.inf
        far = np.abs(found[name] - expected) / np.maximum(np.abs(expected), 1e-3)
        worst = max(worst, np.nanmax(far, initial=0.0))
    return worst


def main(whole, regional, regions, paths):
    seconds = cells = worst = 0.0
    _, latitude, longitude, _ = fields(paths[0])
    _, inside = masks(regions, latitude, longitude)
    everywhere = np.ones((1, *inside.shape[1:]), bool)
    for path in paths:
        start = time.process_time()
        when, values, lit = compute(path)
        mean = lambda field, mask: np.nanmean(field[mask]) if np.isfinite(field[mask]).any() else np.nan
        of_all = {name: [mean(field, everywhere[0])] for name, field in values.items()}
        seconds += time.process_time() - start
        cells += lit.sum()
        of_regions = {name: [mean(field, mask) for mask in inside] for name, field in values.items()}
        worst = max(worst, difference(whole, when, of_all), difference(regional, when, of_regions))
    with netCDF4.Dataset(whole) as file:
        print(f"{cells:.0f} {seconds:.3f} {worst:.1e} {file['cells'][:].sum():.0f}")


if __name__ == "__main__":
    main(*sys.argv[1:4], sys.argv[4:])
