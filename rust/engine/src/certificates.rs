//! Whose word is taken for a server's certificate (docs/adr/0016-certificates.md).

use reqwest::ClientBuilder;

/// Adds TLS with the roots of this device; on Android, Mozilla's.
pub(crate) fn with_roots(builder: ClientBuilder) -> ClientBuilder {
    // Installed once a process; a second engine finds it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[cfg(target_os = "android")]
    let builder = builder.tls_backend_preconfigured(mozilla());
    builder
}

/// TLS that trusts the authorities that Mozilla does, and nobody else. Android's own list can
/// only be asked through its virtual machine, which a thread of Rust has no part in.
#[cfg(any(target_os = "android", test))]
fn mozilla() -> rustls::ClientConfig {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let mut config =
        rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    // With a config of our own, reqwest does not say which versions of HTTP it speaks.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use rustls::pki_types::{PrivatePkcs8KeyDer, ServerName};
    use rustls::{
        CertificateError, ClientConfig, ClientConnection, Error, RootCertStore, ServerConfig,
        ServerConnection,
    };

    use super::*;

    /// What a client makes of `localhost`, which shows a certificate that it signed itself.
    fn meet(
        client: impl FnOnce(&CertifiedKey<rcgen::KeyPair>) -> ClientConfig,
    ) -> Result<(), Error> {
        let _ = with_roots(ClientBuilder::new());
        let own = generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let key = PrivatePkcs8KeyDer::from(own.signing_key.serialize_der());
        let server = ServerConfig::builder().with_no_client_auth();
        let server = server
            .with_single_cert(vec![own.cert.der().clone()], key.into())
            .expect("the key is the certificate's");
        let mut server = ServerConnection::new(Arc::new(server)).expect("a server");
        let name = ServerName::try_from("localhost").expect("a name");
        let mut client = ClientConnection::new(Arc::new(client(&own)), name).expect("a client");
        while client.is_handshaking() {
            let mut sent = Vec::new();
            client.write_tls(&mut sent).expect("written");
            server.read_tls(&mut sent.as_slice()).expect("read");
            server.process_new_packets()?;
            let mut answered = Vec::new();
            server.write_tls(&mut answered).expect("written");
            client.read_tls(&mut answered.as_slice()).expect("read");
            client.process_new_packets()?;
        }
        Ok(())
    }

    #[test]
    fn a_server_that_vouches_for_itself_is_not_believed() {
        let refused = meet(|_| mozilla()).expect_err("nobody vouches for it");
        assert_eq!(refused, Error::InvalidCertificate(CertificateError::UnknownIssuer));
    }

    #[test]
    fn the_same_server_is_believed_by_who_trusts_its_certificate() {
        let trusting = |own: &CertifiedKey<rcgen::KeyPair>| {
            let mut roots = RootCertStore::empty();
            roots.add(own.cert.der().clone()).expect("a root");
            ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
        };
        assert_eq!(meet(trusting), Ok(()));
    }

    #[test]
    fn reqwest_takes_it_and_it_speaks_both_versions_of_http() {
        let config = mozilla();
        assert_eq!(config.alpn_protocols, [b"h2".to_vec(), b"http/1.1".to_vec()]);
        let client = ClientBuilder::new().tls_backend_preconfigured(config).build();
        assert!(client.is_ok(), "of the same version of rustls");
    }
}
