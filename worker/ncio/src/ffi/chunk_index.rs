//! The few calls to HDF5 that tell where a variable's chunks are, made safe.
//!
//! What can be read without the library is not asked for here (`chunks::chunk_layout`), and values are not read here. A file
//! that netcdf-c holds open is opened a second time: HDF5 then shares everything between the two.
#![expect(unsafe_code, reason = "calls into the C library")]

use std::ffi::{CString, c_int, c_uint, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::null_mut;

use hdf5_metno_sys as sys;
use sys::h5::{H5_ITER_CONT, H5_ITER_ERROR, haddr_t, herr_t, hsize_t};
use sys::h5d::{H5Dchunk_iter, H5Dclose, H5Dget_create_plist, H5Dget_space, H5Dget_type, H5Dopen2};
use sys::h5f::{H5F_ACC_RDONLY, H5Fclose, H5Fopen};
use sys::h5i::hid_t;
use sys::h5p::{H5P_DEFAULT, H5Pclose, H5Pget_chunk, H5Pget_chunk_opts, H5Pget_filter2, H5Pget_nfilters};
use sys::h5s::{H5Sclose, H5Sget_simple_extent_dims};
use sys::h5t::{self, H5Tclose, H5Tequal};

use crate::cf::NumberType;
use crate::decode::element::ByteOrder;
use crate::decode::pipeline::Filter;
use crate::ffi::closing;
use crate::metadata::chunk_tree::Indexed;

/// More dimensions than this no variable of HDF5 has.
const MOST_DIMENSIONS: usize = 32;

/// A handle of HDF5; closed when dropped.
#[derive(Debug)]
struct Handle {
    id: hid_t,
    close: unsafe extern "C" fn(hid_t) -> herr_t,
}

impl Handle {
    /// `None` where HDF5 gives no handle. `close` must be the function for its kind.
    fn new(id: hid_t, close: unsafe extern "C" fn(hid_t) -> herr_t) -> Option<Self> {
        (id >= 0).then_some(Self { id, close })
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let _guard = sys::LOCK.lock();
        // SAFETY: the handle is open, ours, and of the kind that `close` is for.
        let _nothing_lost = closing::within(|| unsafe { (self.close)(self.id) });
    }
}

/// An open variable.
#[derive(Debug)]
pub(crate) struct Dataset {
    variable: Handle,
    /// Closed after it.
    _file: Handle,
}

/// How a variable's chunks are made.
#[derive(Debug)]
pub(crate) struct Creation {
    /// The shape of a chunk; `None` where there are none.
    pub(crate) chunk: Option<Vec<u64>>,
    /// In the order in which they are applied.
    pub(crate) filters: Vec<Filter>,
    /// Chunks that reach beyond the variable's shape are stored without filters.
    pub(crate) plain_edges: bool,
}

impl Dataset {
    /// Opens a variable of the root group.
    pub(crate) fn open(path: &Path, variable: &str) -> Option<Self> {
        let path = CString::new(path.as_os_str().as_bytes()).ok()?;
        let name = CString::new(format!("/{variable}")).ok()?;
        let _guard = sys::LOCK.lock();
        // SAFETY: the path ends with a NUL.
        let opened = closing::within(|| unsafe { H5Fopen(path.as_ptr(), H5F_ACC_RDONLY, H5P_DEFAULT) });
        let file = Handle::new(opened.0, H5Fclose)?;
        // SAFETY: the name ends with a NUL, the file is open.
        let variable = Handle::new(unsafe { H5Dopen2(file.id, name.as_ptr(), H5P_DEFAULT) }, H5Dclose)?;
        Some(Self { variable, _file: file })
    }

    /// Its shape.
    pub(crate) fn shape(&self) -> Option<Vec<u64>> {
        let _guard = sys::LOCK.lock();
        // SAFETY: the variable is open.
        let space = Handle::new(unsafe { H5Dget_space(self.variable.id) }, H5Sclose)?;
        // HDF5 has no more dimensions, and tells how many it wrote
        shape(|lengths| unsafe {
            // SAFETY: there is room for the most dimensions; a null pointer is not written to.
            H5Sget_simple_extent_dims(space.id, lengths.as_mut_ptr(), null_mut())
        })
    }

    /// In which order the bytes of its values are; `None` where they are not plain numbers of this
    /// type.
    pub(crate) fn byte_order(&self, stored: NumberType) -> Option<ByteOrder> {
        let _guard = sys::LOCK.lock();
        // SAFETY: the variable is open.
        let kind = Handle::new(unsafe { H5Dget_type(self.variable.id) }, H5Tclose)?;
        let (little, big) = standard(stored);
        // SAFETY: both are handles of types.
        let equals = |standard: hid_t| unsafe { H5Tequal(kind.id, standard) } > 0;
        if equals(little) {
            Some(ByteOrder::LittleEndian)
        } else {
            equals(big).then_some(ByteOrder::BigEndian)
        }
    }

    /// How it was created.
    pub(crate) fn creation(&self) -> Option<Creation> {
        let _guard = sys::LOCK.lock();
        // SAFETY: the variable is open.
        let list = Handle::new(unsafe { H5Dget_create_plist(self.variable.id) }, H5Pclose)?;
        let chunk = shape(|lengths| unsafe {
            // SAFETY: there is room for as many dimensions as are asked for.
            H5Pget_chunk(list.id, MOST_DIMENSIONS as c_int, lengths.as_mut_ptr())
        });
        let mut options = 0;
        // SAFETY: `options` outlives the call. It fails where there are no chunks.
        let has_options = chunk.is_some() && unsafe { H5Pget_chunk_opts(list.id, &mut options) } >= 0;
        Some(Creation { plain_edges: has_options && options != 0, filters: filters(&list)?, chunk })
    }

    /// Goes through the index of chunks; `false` where HDF5 cannot, or where `each` gives `false`.
    pub(crate) fn each_chunk(&self, rank: usize, each: &mut dyn FnMut(Indexed<'_>) -> bool) -> bool {
        let mut visit =
            |origin: &[u64], skipped, address, bytes| each(Indexed { origin, skipped, address, bytes });
        let mut visitor = Visitor { rank, visit: &mut visit };
        let _guard = sys::LOCK.lock();
        // SAFETY: `visitor` is what the function expects and outlives the call, and nothing else
        // refers to it in the meantime.
        let status = unsafe {
            H5Dchunk_iter(self.variable.id, H5P_DEFAULT, Some(visit_chunk), (&raw mut visitor).cast())
        };
        status >= 0
    }
}

type Visit<'a> = &'a mut dyn FnMut(&[u64], u32, u64, u64) -> bool;

struct Visitor<'a> {
    rank: usize,
    visit: Visit<'a>,
}

/// Called by HDF5 for each chunk.
unsafe extern "C" fn visit_chunk(
    origin: *const hsize_t,
    skipped: c_uint,
    address: haddr_t,
    bytes: hsize_t,
    visitor: *mut c_void,
) -> c_int {
    // SAFETY: `each_chunk` gives a `Visitor` that it does not touch during the call.
    let visitor = unsafe { &mut *visitor.cast::<Visitor<'_>>() };
    // SAFETY: HDF5 gives a number for each dimension of the variable, `rank` of them.
    let origin = unsafe { std::slice::from_raw_parts(origin, visitor.rank) };
    if (visitor.visit)(origin, skipped, address, bytes) { H5_ITER_CONT } else { H5_ITER_ERROR }
}

/// Lengths that HDF5 writes, as many as it says; `None` where it fails. There is room for the most.
fn shape(fill: impl FnOnce(&mut [hsize_t; MOST_DIMENSIONS]) -> c_int) -> Option<Vec<u64>> {
    let mut lengths = [0; MOST_DIMENSIONS];
    let rank = usize::try_from(fill(&mut lengths)).ok()?;
    lengths.get(..rank).map(<[_]>::to_vec)
}

fn filters(list: &Handle) -> Option<Vec<Filter>> {
    // SAFETY: the list is open.
    let count = c_uint::try_from(unsafe { H5Pget_nfilters(list.id) }).ok()?;
    (0..count).map(|place| filter(list, place)).collect()
}

fn filter(list: &Handle, place: c_uint) -> Option<Filter> {
    let (mut flags, mut configuration, mut parameters, mut parameter) = (0, 0, 1, 0);
    // SAFETY: there is room for the one parameter that is asked for; a name of no length is not written.
    let number = unsafe {
        H5Pget_filter2(
            list.id,
            place,
            &mut flags,
            &mut parameters,
            &mut parameter,
            0,
            null_mut(),
            &mut configuration,
        )
    };
    let number = u32::try_from(number).ok()?;
    Some(Filter { number, parameter: (parameters > 0).then_some(parameter) })
}

/// HDF5's types for a number, with the lower byte first and last.
fn standard(stored: NumberType) -> (hid_t, hid_t) {
    match stored {
        NumberType::I8 => (*h5t::H5T_STD_I8LE, *h5t::H5T_STD_I8BE),
        NumberType::U8 => (*h5t::H5T_STD_U8LE, *h5t::H5T_STD_U8BE),
        NumberType::I16 => (*h5t::H5T_STD_I16LE, *h5t::H5T_STD_I16BE),
        NumberType::U16 => (*h5t::H5T_STD_U16LE, *h5t::H5T_STD_U16BE),
        NumberType::I32 => (*h5t::H5T_STD_I32LE, *h5t::H5T_STD_I32BE),
        NumberType::U32 => (*h5t::H5T_STD_U32LE, *h5t::H5T_STD_U32BE),
        NumberType::I64 => (*h5t::H5T_STD_I64LE, *h5t::H5T_STD_I64BE),
        NumberType::U64 => (*h5t::H5T_STD_U64LE, *h5t::H5T_STD_U64BE),
        NumberType::F32 => (*h5t::H5T_IEEE_F32LE, *h5t::H5T_IEEE_F32BE),
        NumberType::F64 => (*h5t::H5T_IEEE_F64LE, *h5t::H5T_IEEE_F64BE),
    }
}
