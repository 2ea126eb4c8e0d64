//! Store keys: keyed hashes, so that a shared store learns no names.

use crate::digest::Key;
use crate::id::{SessionId, TenantId};
use crate::store::StoreKey;

/// The key under which a session's entry lies. The same session id in two tenants has two keys.
#[must_use]
pub fn store_key(key: &Key, tenant: &TenantId, session: &SessionId) -> StoreKey {
    let parts = [tenant.as_str().as_bytes(), session.as_str().as_bytes()];
    let purpose = b"checkrein/store/session".as_slice();
    StoreKey(key.mac(std::iter::once(purpose).chain(parts)).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_tenants_sessions_and_guards_apart() {
        let tenant = |t: &str| TenantId::new(t).unwrap();
        let session = |s: &str| SessionId::new(s).unwrap();
        let key = Key::new([7; 32]);
        let one = store_key(&key, &tenant("a"), &session("bc"));
        assert_eq!(one, store_key(&key, &tenant("a"), &session("bc")));
        assert_ne!(one, store_key(&key, &tenant("ab"), &session("c")), "parts are framed");
        assert_ne!(one, store_key(&Key::new([8; 32]), &tenant("a"), &session("bc")));
    }
}
