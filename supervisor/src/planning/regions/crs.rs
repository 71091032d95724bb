//! Coordinate reference systems: whether coordinates are degrees of longitude and latitude.

use serde_json::Value;

/// Geographic systems in EPSG's list that regions' files come in: WGS 84, GDA94, GDA2020, AGD66, AGD84,
/// NZGD2000, NAD83, ETRS89, CGCS2000, SIRGAS 2000, JGD2011. They differ by metres, cells by kilometres.
const GEOGRAPHIC: [u32; 13] = [4326, 4979, 4283, 7843, 7844, 4202, 4203, 4167, 4269, 4258, 4490, 4674, 6668];

/// The system that a GeoJSON `crs` member names, if it is not known to be geographic.
///
/// The member is from before RFC 7946, which knows none but CRS 84. Longitude comes first whatever
/// the system says, as in every file in use.
pub(super) fn unknown_in_geojson(crs: &Value) -> Option<String> {
    if crs.is_null() {
        return None;
    }
    let name = crs.pointer("/properties/name").and_then(Value::as_str);
    let Some(name) = name else { return Some(crs.to_string()) };
    let last = name.rsplit([':', '/']).next().unwrap_or(name).to_ascii_uppercase();
    let epsg = name.to_ascii_uppercase().contains("EPSG").then(|| last.parse().ok()).flatten();
    let geographic =
        last == "CRS84" || last == "CRS83" || epsg.is_some_and(|code| GEOGRAPHIC.contains(&code));
    (!geographic).then(|| name.to_owned())
}

/// The system that a `.prj` describes in well-known text, if it is not geographic.
pub(super) fn unknown_in_prj(text: &str) -> Option<String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let upper = text.to_ascii_uppercase();
    let keyword = upper.split(['[', '(']).next().unwrap_or_default().trim();
    let geographic = match keyword {
        "GEOGCS" | "GEOGCRS" | "GEOGRAPHICCRS" | "GEODCRS" | "GEODETICCRS" => true,
        "COMPD_CS" | "COMPOUNDCRS" | "BOUNDCRS" => !upper.contains("PROJC"),
        _ => false,
    };
    (!geographic).then(|| text.split('"').nth(1).unwrap_or(text).chars().take(80).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn systems_of_geojson_are_known_by_name() {
        let named = |name: &str| unknown_in_geojson(&json!({"type": "name", "properties": {"name": name}}));
        for name in [
            "urn:ogc:def:crs:OGC:1.3:CRS84",
            "urn:ogc:def:crs:EPSG::4326",
            "EPSG:4283",
            "urn:ogc:def:crs:EPSG::7844",
            "http://www.opengis.net/def/crs/EPSG/0/4326",
        ] {
            assert_eq!(named(name), None);
        }
        for name in ["EPSG:3857", "urn:ogc:def:crs:EPSG::28356", "local", "ESRI:4326"] {
            assert_eq!(named(name), Some(name.to_owned()));
        }
        assert_eq!(unknown_in_geojson(&Value::Null), None);
        assert!(unknown_in_geojson(&json!({"type": "link"})).unwrap().contains("link"));
    }

    #[test]
    fn systems_of_shapefiles_are_known_by_keyword() {
        for text in [
            r#"GEOGCS["GCS_GDA_1994",DATUM["D_GDA_1994"]]"#,
            r#"  GEOGCRS["WGS 84", ELLIPSOIDALCS]"#,
            r#"COMPD_CS["WGS 84 + height",GEOGCS["WGS 84"],VERT_CS["x"]]"#,
        ] {
            assert_eq!(unknown_in_prj(text), None, "{text}");
        }
        for (text, name) in [
            (r#"PROJCS["GDA94_Australian_Albers",GEOGCS["GDA94"]]"#, "GDA94_Australian_Albers"),
            (r#"PROJCRS["WGS 84 / UTM zone 56S"]"#, "WGS 84 / UTM zone 56S"),
            (r#"COMPD_CS["AHD",PROJCS["MGA"]]"#, "AHD"),
            (r#"LOCAL_CS["plan"]"#, "plan"),
            ("", ""),
        ] {
            assert_eq!(unknown_in_prj(text).as_deref(), Some(name));
        }
    }
}
