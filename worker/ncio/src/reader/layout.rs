//! Which of a variable's dimensions is time, latitude, longitude, and where their coordinates are.

use std::rc::Rc;

use super::Reader;
use crate::cf::{Role, role};
use crate::error::NcError;
use crate::variable::{Dimension, Variable};

/// Where a field's axes are among its dimensions, in any order.
#[derive(Debug)]
pub(super) struct Layout {
    latitude: Place,
    longitude: Place,
    time: Option<Place>,
    /// The only time of a field without a dimension of time.
    scalar_time: Option<Rc<Variable>>,
}

/// The positions of a field's axes among its dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Positions {
    pub(crate) time: Option<usize>,
    pub(crate) latitude: usize,
    pub(crate) longitude: usize,
}

/// An axis: the position of its dimension and its coordinate variable.
#[derive(Debug)]
struct Place {
    position: usize,
    coordinate: Rc<Variable>,
}

/// The places found so far.
#[derive(Default)]
struct Places {
    latitude: Option<Place>,
    longitude: Option<Place>,
    time: Option<Place>,
}

impl Layout {
    /// Recognises the axes of `field` by their coordinate variables: those named like a dimension,
    /// else those that the attribute `coordinates` names.
    pub(super) fn find(reader: &Reader, field: &Variable) -> Result<Self, NcError> {
        let auxiliary = auxiliary(reader, field)?;
        let wrong = |found| NcError::Layout {
            path: reader.path().to_owned(),
            variable: field.name.clone(),
            found: curvilinear(&auxiliary).unwrap_or(found),
        };
        let mut places = Places::default();
        for (position, dimension) in field.dimensions.iter().enumerate() {
            match coordinate(reader, dimension, &auxiliary)? {
                Some((role, coordinate)) => {
                    places.take(role, Place { position, coordinate }).map_err(wrong)?
                }
                None if dimension.length == 1 => {}
                None => return Err(wrong(unknown(dimension))),
            }
        }
        let Places { latitude: Some(latitude), longitude: Some(longitude), time } = places else {
            return Err(wrong(incomplete(field)));
        };
        let scalar_time = if time.is_none() { scalar_time(reader, auxiliary)? } else { None };
        Ok(Self { latitude, longitude, time, scalar_time })
    }

    /// The positions of its axes among the dimensions.
    pub(super) fn positions(&self) -> Positions {
        Positions {
            time: self.time.as_ref().map(|place| place.position),
            latitude: self.latitude.position,
            longitude: self.longitude.position,
        }
    }

    /// The coordinate variable of latitude.
    pub(super) fn latitudes(&self) -> &Variable {
        &self.latitude.coordinate
    }

    /// The coordinate variable of longitude.
    pub(super) fn longitudes(&self) -> &Variable {
        &self.longitude.coordinate
    }

    /// The coordinate variable of time, if there is one.
    pub(super) fn times(&self) -> Option<&Variable> {
        self.time.as_ref().map(|place| &place.coordinate).or(self.scalar_time.as_ref()).map(Rc::as_ref)
    }
}

impl Places {
    fn take(&mut self, role: Role, place: Place) -> Result<(), String> {
        let slot = match role {
            Role::Time => &mut self.time,
            Role::Latitude => &mut self.latitude,
            Role::Longitude => &mut self.longitude,
        };
        match slot {
            Some(first) => Err(format!(
                "both {:?} and {:?} are its coordinates of {}",
                first.coordinate.name,
                place.coordinate.name,
                match role {
                    Role::Time => "time",
                    Role::Latitude => "latitude",
                    Role::Longitude => "longitude",
                }
            )),
            None => {
                *slot = Some(place);
                Ok(())
            }
        }
    }
}

/// The variables that the attribute `coordinates` names, as far as they are there.
fn auxiliary(reader: &Reader, field: &Variable) -> Result<Vec<Rc<Variable>>, NcError> {
    let names = field.attributes.text("coordinates").unwrap_or_default().split_whitespace();
    let mut auxiliary = Vec::new();
    for name in names {
        auxiliary.extend(reader.find(name)?);
    }
    Ok(auxiliary)
}

fn coordinate(
    reader: &Reader,
    dimension: &Dimension,
    auxiliary: &[Rc<Variable>],
) -> Result<Option<(Role, Rc<Variable>)>, NcError> {
    let named = reader.find(&dimension.name)?;
    let candidates = named.into_iter().chain(auxiliary.iter().cloned());
    let mut along =
        candidates.filter(|candidate| matches!(candidate.dimensions.as_slice(), [only] if only == dimension));
    Ok(along.find_map(|candidate| Some((role_of(&candidate)?, candidate))))
}

fn role_of(variable: &Variable) -> Option<Role> {
    role(&variable.name, &variable.attributes)
}

fn scalar_time(reader: &Reader, auxiliary: Vec<Rc<Variable>>) -> Result<Option<Rc<Variable>>, NcError> {
    let is_one_time = |variable: &Rc<Variable>| {
        role_of(variable) == Some(Role::Time)
            && variable.dimensions.iter().all(|dimension| dimension.length == 1)
    };
    let named = reader.find("time")?;
    Ok(auxiliary.into_iter().chain(named).find(is_one_time))
}

fn curvilinear(auxiliary: &[Rc<Variable>]) -> Option<String> {
    let is_plane = |variable: &&Rc<Variable>| {
        let of_degrees = matches!(role_of(variable), Some(Role::Latitude | Role::Longitude));
        of_degrees && variable.dimensions.len() > 1
    };
    let plane = auxiliary.iter().find(is_plane)?;
    let rank = plane.dimensions.len();
    Some(format!(
        "its coordinate {:?} has {rank} dimensions (a curvilinear grid); each axis must have one",
        plane.name
    ))
}

fn unknown(dimension: &Dimension) -> String {
    let Dimension { name, length, .. } = dimension;
    format!(
        "its dimension {name:?} of length {length} has no coordinates that are times, degrees north or degrees \
         east; only a dimension of length 1 may be something else"
    )
}

fn incomplete(field: &Variable) -> String {
    let names: Vec<_> = field.dimensions.iter().map(|dimension| dimension.name.as_str()).collect();
    format!("its dimensions are ({}), and latitude and longitude are not both among them", names.join(", "))
}
