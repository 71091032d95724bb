//! What netcdf-c does not offer of HDF5: chunks put into a file as they are, where values lie that
//! are stored in one piece, and whether a file holds them itself.
//!
//! A file that netcdf-c holds open is opened a second time: HDF5 then shares everything between the
//! two. What is opened here is to be closed before netcdf-c closes the file.

use std::collections::BTreeMap;
use std::ffi::{CString, c_char, c_int};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::null_mut;

use hdf5_metno_sys as sys;
use netcdf_sys as nc;
use sys::h5::{HADDR_UNDEF, herr_t};
use sys::h5d::{
    H5D_layout_t, H5Dclose, H5Dget_create_plist, H5Dget_offset, H5Dget_storage_size, H5Dget_type, H5Dopen2,
    H5Dwrite_chunk,
};
use sys::h5f::{H5F_ACC_RDONLY, H5F_ACC_RDWR, H5Fclose, H5Fget_create_plist, H5Fget_name, H5Fopen};
use sys::h5i::hid_t;
use sys::h5l::H5Lexists;
use sys::h5p::{H5P_DEFAULT, H5Pclose, H5Pget_external_count, H5Pget_layout, H5Pget_userblock};
use sys::h5t::{self, H5Tclose, H5Tequal};

use super::{Failed, call, text};
use crate::dataset::DataType;
use crate::ffi::closing;

/// A handle of HDF5; closed when dropped.
#[derive(Debug)]
struct Handle {
    id: hid_t,
    close: unsafe extern "C" fn(hid_t) -> herr_t,
}

impl Handle {
    /// What `open` gives, under the lock. `close` must be the function for its kind.
    fn new(
        close: unsafe extern "C" fn(hid_t) -> herr_t,
        open: impl FnOnce() -> hid_t,
    ) -> Result<Self, Failed> {
        let mut id = -1;
        hdf5(|| {
            id = open();
            if id < 0 { -1 } else { 0 }
        })?;
        Ok(Self { id, close })
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let _guard = nc::libnetcdf_lock.lock();
        // SAFETY: the handle is open, ours, and of the kind that `close` is for.
        let _nothing_lost = closing::within(|| unsafe { (self.close)(self.id) });
    }
}

/// One call of HDF5, told in netcdf-c's codes.
fn hdf5(function: impl FnOnce() -> herr_t) -> Result<(), Failed> {
    call(|| if function() < 0 { nc::NC_EHDFERR } else { nc::NC_NOERR })
}

fn open(path: &Path, flags: u32) -> Result<Handle, Failed> {
    let path = text(path.as_os_str().as_bytes())?;
    // SAFETY: the path ends in NUL.
    Handle::new(H5Fclose, || unsafe { H5Fopen(path.as_ptr(), flags, H5P_DEFAULT) })
}

fn dataset(file: &Handle, name: &str) -> Result<Handle, Failed> {
    let name: CString = text(format!("/{name}").as_bytes())?;
    // SAFETY: the file is open, the name ends in NUL.
    Handle::new(H5Dclose, || unsafe { H5Dopen2(file.id, name.as_ptr(), H5P_DEFAULT) })
}

/// What netcdf-c puts before the name of a variable that is called like a dimension and is not its coordinate: one
/// that is not first over that dimension. The name itself is the dimension's in HDF5.
pub const NOT_A_COORDINATE: &str = "_nc4_non_coord_";

/// The name in HDF5 of a variable that netcdf-c writes.
pub fn hdf5_name(variable: &str, is_dimension: bool, dimensions: &[String]) -> String {
    let is_coordinate = dimensions.first().is_some_and(|first| first == variable);
    let before = if is_dimension && !is_coordinate { NOT_A_COORDINATE } else { "" };
    format!("{before}{variable}")
}

/// Opens what holds the values of a variable that is in a file, whoever wrote it.
fn values_of(file: &Handle, variable: &str) -> Result<Handle, Failed> {
    let renamed = format!("{NOT_A_COORDINATE}{variable}");
    let path = text(format!("/{renamed}").as_bytes())?;
    let guard = nc::libnetcdf_lock.lock();
    // SAFETY: the file is open, the name ends in NUL.
    let is_renamed = unsafe { H5Lexists(file.id, path.as_ptr(), H5P_DEFAULT) } > 0;
    drop(guard);
    dataset(file, if is_renamed { &renamed } else { variable })
}

/// Where values are that a file does not hold itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// In datasets that a virtual one is put together from. HDF5 gives fill values for those that it cannot find.
    Virtual,
    /// In files of bytes. HDF5 gives zeros for what these lack.
    External,
    /// In another HDF5 file, to which a link leads.
    Linked,
}

impl Elsewhere {
    /// Where the values of a variable are, of an HDF5 file that netcdf-c holds open; `None` if there.
    pub fn of(path: &Path, variable: &str) -> Result<Option<Self>, Failed> {
        let file = open(path, H5F_ACC_RDONLY)?;
        Self::within(&file, variable)
    }

    /// The first of a file's variables whose values are somewhere else.
    pub fn first<'a>(
        path: &Path,
        variables: impl Iterator<Item = &'a str>,
    ) -> Result<Option<(&'a str, Self)>, Failed> {
        let file = open(path, H5F_ACC_RDONLY)?;
        for variable in variables {
            if let Some(elsewhere) = Self::within(&file, variable)? {
                return Ok(Some((variable, elsewhere)));
            }
        }
        Ok(None)
    }

    fn within(file: &Handle, variable: &str) -> Result<Option<Self>, Failed> {
        let values = values_of(file, variable)?;
        // SAFETY: the dataset is open.
        let list = Handle::new(H5Pclose, || unsafe { H5Dget_create_plist(values.id) })?;
        let guard = nc::libnetcdf_lock.lock();
        // SAFETY: the list is open.
        let (layout, files) = unsafe { (H5Pget_layout(list.id), H5Pget_external_count(list.id)) };
        drop(guard);
        Ok(match (layout, files) {
            (H5D_layout_t::H5D_VIRTUAL, _) => Some(Self::Virtual),
            (_, 1..) => Some(Self::External),
            _ if file_name(file)? != file_name(&values)? => Some(Self::Linked),
            _ => None,
        })
    }
}

/// The name of the file that a handle belongs to.
fn file_name(handle: &Handle) -> Result<Vec<u8>, Failed> {
    let mut length = 0;
    // SAFETY: the handle is open; no place is given for the name, whose length is asked for.
    let ask = |name: *mut c_char, room: usize| unsafe { H5Fget_name(handle.id, name, room) };
    hdf5(|| {
        length = ask(null_mut(), 0);
        if length < 0 { -1 } else { 0 }
    })?;
    let mut name = vec![0_u8; length.unsigned_abs() + 1];
    hdf5(|| if ask(name.as_mut_ptr().cast(), name.len()) < 0 { -1 } else { 0 })?;
    Ok(name)
}

/// A file into which chunks are put as they are, past the filters.
#[derive(Debug)]
pub struct ChunkSink {
    // before the file, so that they are closed first
    datasets: BTreeMap<usize, Handle>,
    file: Handle,
}

impl ChunkSink {
    /// Of a file that netcdf-c is writing, when its header is written.
    pub fn open(path: &Path) -> Result<Self, Failed> {
        Ok(Self { datasets: BTreeMap::new(), file: open(path, H5F_ACC_RDWR)? })
    }

    /// Puts a chunk of a variable, by its name in HDF5, where `origin` says, which has a number for each of its
    /// dimensions.
    /// The filters of `skipped`, by bits, were not applied.
    pub fn put(
        &mut self,
        (number, name): (usize, &str),
        origin: &[u64],
        skipped: u32,
        bytes: &[u8],
    ) -> Result<(), Failed> {
        if !self.datasets.contains_key(&number) {
            self.datasets.insert(number, dataset(&self.file, name)?);
        }
        let Some(Handle { id, .. }) = self.datasets.get(&number) else { return Ok(()) };
        let (length, place, origin) = (bytes.len(), bytes.as_ptr().cast(), origin.as_ptr());
        // SAFETY: the dataset is open, `origin` has its rank, `length` bytes are there.
        hdf5(|| unsafe { H5Dwrite_chunk(*id, H5P_DEFAULT, skipped, origin, length, place) })
    }
}

/// A file whose values are looked for.
#[derive(Debug)]
pub struct Places(Handle);

impl Places {
    /// Of a file that netcdf-c holds open. `None` where it is not HDF5's from its first byte on.
    pub fn open(path: &Path) -> Option<Self> {
        let file = open(path, H5F_ACC_RDONLY).ok()?;
        // SAFETY: the file is open.
        let list = Handle::new(H5Pclose, || unsafe { H5Fget_create_plist(file.id) }).ok()?;
        let mut before = 0;
        // SAFETY: the list is open, the number has a place.
        hdf5(|| unsafe { H5Pget_userblock(list.id, &mut before) }).ok()?;
        (before == 0).then_some(Self(file))
    }

    /// Where the values of a variable begin, if they are there in one piece, in this file, as they are
    /// in memory, and of so many bytes.
    pub fn of(&self, name: &str, data_type: DataType, bytes: u64) -> Option<u64> {
        let dataset = values_of(&self.0, name).ok()?;
        // SAFETY: the dataset is open.
        let stored = Handle::new(H5Tclose, || unsafe { H5Dget_type(dataset.id) }).ok()?;
        let native = native(data_type)?;
        // SAFETY: the dataset is open.
        let list = Handle::new(H5Pclose, || unsafe { H5Dget_create_plist(dataset.id) }).ok()?;
        let _guard = nc::libnetcdf_lock.lock();
        // SAFETY: all handles are open, the number has a place.
        let (same, in_one_piece, outside, size, address) = unsafe {
            (
                H5Tequal(stored.id, native) > 0,
                H5Pget_layout(list.id) == H5D_layout_t::H5D_CONTIGUOUS,
                H5Pget_external_count(list.id) as c_int,
                H5Dget_storage_size(dataset.id),
                H5Dget_offset(dataset.id),
            )
        };
        let is_there = same && in_one_piece && outside == 0 && size == bytes && address != HADDR_UNDEF;
        is_there.then_some(address)
    }
}

/// HDF5's type for values as they are in memory; none for text.
fn native(data_type: DataType) -> Option<hid_t> {
    Some(match data_type {
        DataType::F64 => *h5t::H5T_NATIVE_DOUBLE,
        DataType::F32 => *h5t::H5T_NATIVE_FLOAT,
        DataType::I64 => *h5t::H5T_NATIVE_INT64,
        DataType::I32 => *h5t::H5T_NATIVE_INT32,
        DataType::I16 => *h5t::H5T_NATIVE_INT16,
        DataType::I8 => *h5t::H5T_NATIVE_INT8,
        DataType::U64 => *h5t::H5T_NATIVE_UINT64,
        DataType::U32 => *h5t::H5T_NATIVE_UINT32,
        DataType::U16 => *h5t::H5T_NATIVE_UINT16,
        DataType::U8 => *h5t::H5T_NATIVE_UINT8,
        DataType::Char | DataType::String => return None,
    })
}
