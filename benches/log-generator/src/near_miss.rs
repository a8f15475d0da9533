//! Texts that look like known errors and are none.
//!
//! They show what a scanner does with candidates that it has to refuse.

use crate::random::Random;

/// Texts that share words with known errors.
pub(crate) const NEAR_MISSES: &[&str] = &[
    "AADSTS99",
    "AADSTS",
    "AADSTS-50011 (as quoted)",
    "ErrorItem not found",
    "ErrorItem",
    "ErrorCode 404",
    "Refresh Token failed",
    "Refresh Token renewed",
    "PKIX path checked",
    "Default folder Drafts was found",
    "OAuth token is defined for connection",
    "a valid certification path to requested target",
    "User is authenticated and connected",
    "Connection refusal was withdrawn",
    "invalid-client",
];

/// Literals by which a catalogue may know its errors, each at least eight bytes long.
///
/// Background events hold none of them. Of Entra's codes only the shortest form stands here:
/// `AADSTS700021`, which is a known code less its last digit, would be a code itself.
pub const LITERALS: &[&str] = &[
    "AADSTS5000",
    "AADSTS5300",
    "AADSTS6500",
    "AADSTS7000",
    "AADSTS9000",
    "invalid_client",
    "invalid_grant",
    "USGClientNotSupportedOnPublicEndpoint",
    "Request is throttled. Suggested Backoff Time",
    "ApplicationThrottled",
    "MailboxConcurrency",
    "TooManyRequests",
    "serviceNotAvailable",
    "ErrorInternalServerTransientError",
    "MailboxStoreUnavailable",
    "ErrorServerBusy",
    "Error occurred while authorizing an integration",
    "Refresh Token Failed",
    "OAuth token not defined for connection",
    "The connection has failed. Check the application logs for details",
    "Unfortunately no connection was possible",
    "We couldn't connect to your mail server",
    "Exception when MailPullerWorker pulls emails",
    "Messaging Exception in service",
    "couldn't open the folder",
    "This authentication method is deprecated, you should use OAuth 2.0",
    "Attempting to run mail queue service",
    "AUTHENTICATE failed",
    "User is authenticated but not connected",
    "Protocol error. Connection is closed",
    "Session invalidated - AccessTokenExpired",
    "BYE Connection is closed",
    "BYE Connection closed",
    "* BYE Jakarta Mail Exception:",
    "* BYE JavaMail Exception:",
    "Server Unavailable. 15",
    "LOGINDISABLED",
    "BasicAuthBlocked",
    "Authentication failure: unknown user name or bad password",
    "No authentication mechanisms supported by both server and client",
    "SASL authentication failed",
    "535 5.7.3 Authentication unsuccessful",
    "535 5.7.139 Authentication unsuccessful",
    "Default folder Inbox not found",
    "ErrorItemNotFound",
    "ErrorAccessDenied",
    "MailboxNotEnabledForRESTAPI",
    "MailboxNotSupportedForRESTAPI",
    "The mailbox is either inactive, soft-deleted, or is hosted on-premise",
    "ErrorInvalidUser",
    "Request_ResourceNotFound",
    "InvalidAuthenticationToken",
    "Authorization_RequestDenied",
    "Insufficient privileges to complete the operation",
    "extensionError",
    "ExtensionError",
    "ErrorInvalidIdMalformed",
    "Id is malformed.",
    "ErrorFolderNotFound",
    "insufficient_claims",
    "PKIX path building failed",
    "unable to find valid certification path to requested target",
    "CertificateExpiredException",
    "NotAfter:",
    "No subject alternative DNS name matching",
    "Server identity does not match",
    "No subject alternative names present",
    "No name matching",
    "Received fatal alert: handshake_failure",
    "Received fatal alert: protocol_version",
    "No appropriate protocol (protocol is disabled or cipher suites are inappropriate)",
    "the trustAnchors parameter must be non-empty",
    "Remote host terminated the handshake",
    "Remote host closed connection during handshake",
    "SSL peer shut down incorrectly",
    "Unsupported or unrecognized SSL message",
    "SSLHandshakeException",
    "UnknownHostException",
    "connect timed out",
    "Connect timed out",
    "Connection timed out",
    "Read timed out",
    "Connection refused",
    "No route to host",
    "Network is unreachable",
    "Connection reset",
    "Broken pipe",
    "Couldn't connect to host, port:",
    "407 Proxy Authentication Required",
    "Unable to tunnel through proxy. Proxy returns",
    "connection through proxy",
    "Unexpected character ('<'",
    "Unrecognized token '<'",
    "Expected a JSON object",
    "NoSuchMethodError",
    "NoClassDefFoundError",
    "NoSuchFieldError",
    "IncompatibleClassChangeError",
    "AbstractMethodError",
    "Unable to resolve",
    "Unresolved constraint in bundle",
    "missing requirement",
    "has been disabled because",
    "Access token is not yet valid",
    "Lifetime validation failed",
    "timestamp_refused",
    "OutOfMemoryError",
    "Dangerous use of multiple connections:",
    "Cannot get a connection, pool error",
    "Communications link failure",
    "chosen as the deadlock victim",
    "Deadlock found when trying to get lock",
    "deadlock detected",
    "CorruptIndexException",
    "LockObtainFailedException",
    "Startup check failed",
    ".jira-home.lock",
    "Address already in use",
    "No space left on device",
    "Too many open files",
    "Error occurred while refreshing the cache for directory [",
    "falling back to a full synchronisation",
    "license has expired",
];

/// Appends a text that shares words with a known error.
pub(crate) fn push_near_miss(out: &mut Vec<u8>, random: &mut Random) {
    out.extend_from_slice(random.text(NEAR_MISSES));
}

/// Appends a space and a truncated literal to each line from `start` on.
pub(crate) fn spoil_lines(out: &mut Vec<u8>, start: usize, line_end: &str, random: &mut Random, spare: &mut Vec<u8>) {
    spare.clear();
    spare.extend_from_slice(&out[start..]);
    out.truncate(start);
    for line in spare.split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(line_end.as_bytes()).unwrap_or(line);
        out.extend_from_slice(text);
        out.push(b' ');
        let literal = random.text(LITERALS);
        out.extend_from_slice(&literal[..literal.len() - 1]);
        out.extend_from_slice(line_end.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::{LITERALS, NEAR_MISSES};

    #[test]
    fn no_near_miss_holds_a_literal() {
        let truncated = LITERALS.iter().map(|literal| &literal[..literal.len() - 1]);
        for miss in NEAR_MISSES.iter().copied().chain(truncated) {
            let hit = LITERALS.iter().find(|literal| miss.contains(**literal));
            assert_eq!(hit, None, "{miss:?}");
        }
    }

    #[test]
    fn literals_are_long_enough_to_lose_a_byte() {
        assert!(LITERALS.iter().all(|literal| literal.len() >= 8 && literal.is_ascii()));
    }
}
