//! The authority as a configuration profile of Apple's devices (Apple, "Configuration Profile Reference", payload
//! `com.apple.security.root`).

use ring::digest::{SHA256, digest};

use super::own_page::escape;

/// The media type of a profile.
pub(super) const MEDIA_TYPE: &str = "application/x-apple-aspen-config";

/// A profile that installs a certificate. `base64` is its DER form in Base64, `name` its common name. The identifiers
/// depend on the certificate alone, so that a second download replaces the first.
pub(super) fn profile(base64: &str, name: &str) -> String {
    let name = escape(name);
    let (payload, whole) = (uuid(base64, "payload"), uuid(base64, "profile"));
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>PayloadType</key><string>Configuration</string>
  <key>PayloadVersion</key><integer>1</integer>
  <key>PayloadIdentifier</key><string>switchboard.authority.{whole}</string>
  <key>PayloadUUID</key><string>{whole}</string>
  <key>PayloadDisplayName</key><string>{name}</string>
  <key>PayloadDescription</key><string>Lets this device trust the pages of one Switchboard server.</string>
  <key>PayloadContent</key>
  <array>
    <dict>
      <key>PayloadType</key><string>com.apple.security.root</string>
      <key>PayloadVersion</key><integer>1</integer>
      <key>PayloadIdentifier</key><string>switchboard.authority.{payload}</string>
      <key>PayloadUUID</key><string>{payload}</string>
      <key>PayloadDisplayName</key><string>{name}</string>
      <key>PayloadCertificateFileName</key><string>switchboard-ca.crt</string>
      <key>PayloadContent</key>
      <data>{base64}</data>
    </dict>
  </array>
</dict>
</plist>
"#
    )
}

/// A UUID of this certificate and purpose (RFC 9562, section 5.8: version 8).
fn uuid(certificate: &str, purpose: &str) -> String {
    let hash = digest(&SHA256, format!("{purpose} {certificate}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
