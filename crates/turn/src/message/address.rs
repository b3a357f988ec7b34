//! Addresses as attributes have them, XORed with the magic cookie and the transaction (RFC 8489 section 14.2).

use std::net::{IpAddr, SocketAddr};

use super::header::{MAGIC_COOKIE, TransactionId};

/// Bytes of the longest value.
pub(super) const LONGEST: usize = 20;

/// The mask of the address; its beginning is that of the port, too.
fn mask(transaction: &TransactionId) -> [u8; 16] {
    let mut mask = [0; 16];
    mask[..4].copy_from_slice(&MAGIC_COOKIE);
    mask[4..].copy_from_slice(transaction);
    mask
}

fn xor<const N: usize>(mut bytes: [u8; N], mask: &[u8; 16]) -> [u8; N] {
    for (byte, mask) in bytes.iter_mut().zip(mask) {
        *byte ^= mask;
    }
    bytes
}

/// Writes the value of an attribute and returns its length.
pub(super) fn write(address: SocketAddr, transaction: &TransactionId, value: &mut [u8; LONGEST]) -> usize {
    let mask = mask(transaction);
    value[0] = 0;
    value[2..4].copy_from_slice(&xor(address.port().to_be_bytes(), &mask));
    match address.ip() {
        IpAddr::V4(ip) => {
            value[1] = 1;
            value[4..8].copy_from_slice(&xor(ip.octets(), &mask));
            8
        }
        IpAddr::V6(ip) => {
            value[1] = 2;
            value[4..].copy_from_slice(&xor(ip.octets(), &mask));
            20
        }
    }
}

/// Reads the value of an attribute.
pub(super) fn read(value: &[u8], transaction: &TransactionId) -> Option<SocketAddr> {
    let mask = mask(transaction);
    let (head, ip) = value.split_first_chunk::<4>()?;
    let ip: IpAddr = match head[1] {
        1 => xor::<4>(ip.try_into().ok()?, &mask).into(),
        2 => xor::<16>(ip.try_into().ok()?, &mask).into(),
        _ => return None,
    };
    Some((ip, u16::from_be_bytes(xor([head[2], head[3]], &mask))).into())
}
