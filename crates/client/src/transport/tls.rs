//! TLS configurations: rustls with ring, given explicitly, because reqwest panics without a provider.

use std::path::Path;
use std::sync::Arc;

use consnap_core::diagnostics::messages::calls;
use consnap_core::{Error, ErrorKind};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// The system's authorities; where there are none (a container), those of Mozilla that are built in.
pub(super) fn authorities_of_system() -> RootCertStore {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if store.is_empty() {
        store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    store
}

/// The authorities of a PEM file. None in it, or one that cannot be read, is an error.
pub(super) fn authorities_from_file(file: &Path) -> Result<RootCertStore, Error> {
    let unusable = |detail: String| {
        Error::new(ErrorKind::Input, &calls::CA_FILE_UNREADABLE)
            .with("file", file.display().to_string())
            .with("detail", detail)
    };
    let text = std::fs::read(file).map_err(|error| unusable(error.to_string()))?;
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&text) {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        store.add(certificate).map_err(|error| unusable(error.to_string()))?;
    }
    if store.is_empty() {
        return Err(unusable("it has no certificate in PEM form".to_owned()));
    }
    Ok(store)
}

pub(super) fn trusting_nobody() -> Result<ClientConfig, String> {
    trusting(RootCertStore::empty())
}

pub(super) fn trusting(authorities: RootCertStore) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(builder.with_root_certificates(authorities).with_no_client_auth())
}
