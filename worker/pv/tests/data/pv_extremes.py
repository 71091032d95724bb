#!/usr/bin/env python3
"""Known answers of the PV model at points that pv_points.csv does not reach, as CSV on standard output.

The same columns, from pvlib itself. Other modules and inverters, given orientations (mount
`tilt/azimuth`), poles and the date line, New Year in UTC, the years 1980 to 2050, missing, zero,
negative and extreme irradiance. Needs the packages of the reference (pvlib 0.16.1).

  pv_extremes.py > pv_extremes.csv
"""
import sys

import numpy as np
import pandas as pd
import pvlib

MODULES = ["SolFocus_SF_1100S_CPV_28__315____2010_", "Shell_Solar_ST10___1998_", "Uni_Solar_PVL_68__2005__E__",
           "Sanyo_HIP_195DA3_Bifacial__2007__E__", "Kyocera_Solar_KD205GX_LP__2008__E__", "AstroPower_AP_50__2000__E__"]
INVERTERS = ["Enphase_Energy_Inc___M190_72_208_Sxx__208V_", "Chiconypower__MU300SAP2__240V_", "AU_Optronics__PM060MA0_260__240V_",
             "Exeltech__AC2_1_2_6_5_XX__120V_"]
COUNT = 260


def draw(rng):
    seconds = rng.integers(0, 71 * 365 * 8640, COUNT) * 10
    time = pd.Timestamp("1980-01-01") + pd.to_timedelta(seconds, unit="s")
    turn = pd.to_datetime([f"{year}-01-01" for year in rng.integers(1981, 2051, 60)]) + pd.to_timedelta(rng.choice([-1, 0, 1, -43200, 43200], 60), unit="s")
    time = pd.DatetimeIndex(np.where(np.arange(COUNT) < 60, np.resize(turn, COUNT), time)).astype("datetime64[ns]")
    lat, lon = rng.uniform(-90, 90, COUNT), rng.uniform(-180, 360, COUNT)
    lat[60:75] = rng.choice([-90, -66.5, 0, 66.5, 90], 15)
    lon[75:90] = rng.choice([-180, 180, 179.9999, 0, 360, -0.0001], 15)
    # turn most points so that the sun is up there
    up = pvlib.solarposition.get_solarposition(time, lat, lon)["elevation"].values
    lon = np.where((up < -2) & (rng.random(COUNT) < 0.8) & (np.arange(COUNT) > 90), lon - 180, lon)
    dni = rng.choice([0.0, 1e-3, 1.0, 300.0, 900.0, 1400.0, 5000.0, -3.0, np.nan], COUNT, p=[.05, .05, .1, .2, .25, .2, .05, .05, .05])
    dhi = rng.choice([0.0, 0.5, 80.0, 400.0, -1.0, np.nan], COUNT, p=[.05, .1, .4, .35, .05, .05])
    ghi = np.where(rng.random(COUNT) < 0.05, np.nan, rng.uniform(0, 1200, COUNT))
    given = [f"{tilt}/{azimuth}" for tilt, azimuth in zip(rng.choice([0, 15.5, 90, 120], COUNT), rng.choice([0, 37.25, 180, 359, -90], COUNT))]
    mount = np.where(rng.random(COUNT) < 0.4, given, rng.choice(["single-axis", "fixed"], COUNT))
    return pd.DataFrame({
        "time": time, "latitude": lat.round(6), "longitude": lon.round(6), "ghi": ghi, "dni": dni, "dhi": dhi,
        "temp_cell": rng.uniform(-60, 90, COUNT).round(2), "mount": mount,
        "module": rng.choice(MODULES, COUNT), "inverter": rng.choice(INVERTERS, COUNT)})


def surface(mount, lat, position):
    zenith, azimuth = position["apparent_zenith"], position["azimuth"]
    if mount == "single-axis":
        track = pvlib.tracking.singleaxis(zenith, azimuth)
        return [track[k].values for k in ("surface_tilt", "surface_azimuth", "aoi")]
    if mount == "fixed":
        tilt, facing = np.abs(lat), np.where(lat < 0, 0.0, 180.0)
    else:
        tilt, facing = (np.full(1, float(x)) for x in mount.split("/"))
    return tilt, facing, pvlib.irradiance.aoi(tilt, facing, zenith.values, azimuth.values)


def ac_power(effective, temp_cell, module, inverter):
    dc = pvlib.pvsystem.sapm(effective, temp_cell, module)
    ac = pvlib.inverter.sandia(dc["v_mp"], dc["p_mp"], inverter)
    return np.where(ac < 0, np.nan, ac)


def solve(p, modules, inverters):
    time, lat, module = pd.DatetimeIndex([p.time]), np.array([p.latitude]), modules[p.module]
    position = pvlib.solarposition.get_solarposition(time, lat, np.array([p.longitude]))
    zenith, azimuth = position["apparent_zenith"].values, position["azimuth"].values
    tilt, facing, aoi = surface(p.mount, lat, position)
    airmass = pvlib.atmosphere.get_absolute_airmass(pvlib.atmosphere.get_relative_airmass(zenith))
    extra = np.asarray(pvlib.irradiance.get_extra_radiation(time.day_of_year))
    clear = pvlib.clearsky.ineichen(zenith, airmass, np.maximum(2 + 0.1 * airmass, 2.5), dni_extra=extra)

    def effective(dni, ghi, dhi):
        total = pvlib.irradiance.get_total_irradiance(tilt, facing, zenith, azimuth, dni=dni, ghi=ghi, dhi=dhi)
        return total, pvlib.pvsystem.sapm_effective_irradiance(total["poa_direct"], total["poa_diffuse"], airmass, aoi, module)

    total, actual = effective(*(np.array([x]) for x in (p.dni, p.ghi, p.dhi)))
    _, ideal = effective(clear["dni"], clear["ghi"], clear["dhi"])
    columns = dict(
        elevation=position["elevation"].values, apparent_zenith=zenith, azimuth=azimuth, surface_tilt=tilt, surface_azimuth=facing,
        aoi=aoi, airmass_absolute=airmass, clearsky_ghi=clear["ghi"], clearsky_dni=clear["dni"], clearsky_dhi=clear["dhi"],
        poa_direct=total["poa_direct"], poa_diffuse=total["poa_diffuse"], effective_irradiance=actual,
        actual=ac_power(actual, p.temp_cell, module, inverters[p.inverter]), ideal=ac_power(ideal, p.temp_cell, module, inverters[p.inverter]))
    return {name: value.item() for name, value in columns.items()}


def main():
    points = draw(np.random.default_rng(20260))
    modules, inverters = pvlib.pvsystem.retrieve_sam("SandiaMod"), pvlib.pvsystem.retrieve_sam("cecinverter")
    answers = pd.DataFrame([solve(p, modules, inverters) for p in points.itertuples()])
    points["time"] = points["time"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    pd.concat([points, answers], axis=1).to_csv(sys.stdout, index=False, float_format="%.17g")


if __name__ == "__main__":
    main()
