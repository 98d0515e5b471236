//! The proxy that variables of the environment name.

use std::{fmt, net::IpAddr};

use http::uri::Authority;

use crate::BaseUrl;

/// The environment variables for proxies, and for hosts without a proxy.
///
/// `HTTPS_PROXY` names the proxy, or else `ALL_PROXY`. `NO_PROXY` lists hosts, separated by commas
/// or spaces: `example.com` or `.example.com` for a domain and its subdomains, an address,
/// `10.0.0.0/8` for a network, `*` for all. Each variable is also read in lower case, such as
/// `https_proxy`, if the upper-case one is not set. Empty variables are ignored.
///
/// ```
/// use contacts_proto::{BaseUrl, ProxyChoice, ProxyVariables};
///
/// let variables = ProxyVariables::read(|name| match name {
///     "HTTPS_PROXY" => Some("http://proxy.example:3128".to_owned()),
///     "NO_PROXY" => Some(".internal.example".to_owned()),
///     _ => None,
/// });
/// let choice = variables.proxy_for(&BaseUrl::new("https://api.atlassian.com")?);
/// assert_eq!(choice, ProxyChoice::Through { url: "http://proxy.example:3128", from: "HTTPS_PROXY" });
/// let choice = variables.proxy_for(&BaseUrl::new("https://gateway.internal.example")?);
/// assert_eq!(choice, ProxyChoice::Excluded { by: "NO_PROXY" });
/// # Ok::<(), contacts_proto::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct ProxyVariables {
    proxy: Option<(&'static str, String)>,
    exceptions: Option<(&'static str, String)>,
}

/// Route of requests to a base URL.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyChoice<'a> {
    /// No proxy: no variable names one.
    Direct,
    /// No proxy: this variable excludes the host.
    Excluded {
        /// The variable.
        by: &'static str,
    },
    /// Through this proxy.
    Through {
        /// Its URL, perhaps with a password.
        url: &'a str,
        /// The variable that names it.
        from: &'static str,
    },
}

impl ProxyVariables {
    /// Reads the variables by this function.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&'static str]| {
            names.iter().find_map(|name| {
                let value = variable(name)?.trim().to_owned();
                (!value.is_empty()).then_some((*name, value))
            })
        };
        Self {
            proxy: first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]),
            exceptions: first(&["NO_PROXY", "no_proxy"]),
        }
    }

    /// Returns the variable that names a proxy, and the proxy's URL, perhaps with a password.
    pub fn proxy(&self) -> Option<(&'static str, &str)> {
        self.proxy.as_ref().map(|(name, value)| (*name, value.as_str()))
    }

    /// Returns the variable that lists hosts without a proxy, and the list.
    pub fn exceptions(&self) -> Option<(&'static str, &str)> {
        self.exceptions.as_ref().map(|(name, value)| (*name, value.as_str()))
    }

    /// Returns the route of requests to this base URL. Plain `http` uses no proxy, because the
    /// proxy could read the credentials.
    pub fn proxy_for(&self, base_url: &BaseUrl) -> ProxyChoice<'_> {
        let Some((from, url)) = self.proxy().filter(|_| base_url.is_https()) else {
            return ProxyChoice::Direct;
        };
        match self.exceptions() {
            Some((by, list)) if excludes(list, base_url.authority()) => {
                ProxyChoice::Excluded { by }
            }
            _ => ProxyChoice::Through { url, from },
        }
    }
}

/// Returns `true` if a list of hosts without a proxy contains the host of an authority.
fn excludes(list: &str, authority: &str) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else { return false };
    let host = authority.host().trim_matches(['[', ']']).trim_end_matches('.');
    let port = authority.port_u16().unwrap_or(443);
    let entries = list.split([',', ' ', '\t']).filter(|entry| !entry.is_empty());
    match host.parse::<IpAddr>() {
        Ok(address) => entries.into_iter().any(|entry| is_address(entry, address, port)),
        Err(_) => entries.into_iter().any(|entry| is_domain(entry, host, port)),
    }
}

fn is_address(entry: &str, address: IpAddr, port: u16) -> bool {
    if let Some((network, length)) = entry.split_once('/') {
        return is_in_network(network, length, address);
    }
    // An IPv6 address is full of colons itself.
    let is_it = |text: &str| text.trim_matches(['[', ']']).parse() == Ok(address);
    entry == "*"
        || is_it(entry)
        || with_port(entry).is_some_and(|(host, at)| at == port && is_it(host))
}

fn is_in_network(network: &str, length: &str, address: IpAddr) -> bool {
    let Ok(length) = length.parse::<u32>() else { return false };
    match (network.parse(), address) {
        (Ok(IpAddr::V4(network)), IpAddr::V4(address)) => {
            length <= u32::BITS && (network.to_bits() ^ address.to_bits()).leading_zeros() >= length
        }
        (Ok(IpAddr::V6(network)), IpAddr::V6(address)) => {
            length <= u128::BITS
                && (network.to_bits() ^ address.to_bits()).leading_zeros() >= length
        }
        _ => false,
    }
}

fn is_domain(entry: &str, host: &str, port: u16) -> bool {
    let (domain, at) = with_port(entry).unwrap_or((entry, port));
    let domain = domain.trim_start_matches('*').trim_start_matches('.').trim_end_matches('.');
    let ends = host.len().checked_sub(domain.len()).and_then(|at| host.split_at_checked(at));
    at == port
        && ends.is_some_and(|(before, end)| {
            end.eq_ignore_ascii_case(domain)
                && (before.is_empty() || before.ends_with('.') || entry == "*")
        })
}

fn with_port(entry: &str) -> Option<(&str, u16)> {
    let (host, port) = entry.rsplit_once(':')?;
    Some((host, port.parse().ok()?))
}

/// Without the values, which may have a password.
impl fmt::Debug for ProxyVariables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyVariables")
            .field("proxy", &self.proxy().map(|(name, _)| name))
            .field("exceptions", &self.exceptions())
            .finish()
    }
}

/// Without the URL, which may have a password.
impl fmt::Debug for ProxyChoice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Direct => f.write_str("Direct"),
            Self::Excluded { by } => f.debug_struct("Excluded").field("by", by).finish(),
            Self::Through { from, .. } => {
                f.debug_struct("Through").field("from", from).finish_non_exhaustive()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> ProxyVariables {
        let find = |name: &str| pairs.iter().find(|(known, _)| *known == name);
        ProxyVariables::read(|name| find(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn a_list_of_hosts_without_a_proxy_is_read_as_other_tools_read_it() {
        for (list, host, expected) in [
            (".example.com", "api.example.com", true),
            (".example.com", "example.com", true),
            ("example.com", "api.example.com", true),
            ("example.com", "notexample.com", false),
            ("EXAMPLE.com", "Api.Example.COM", true),
            ("*.example.com", "api.example.com", true),
            ("example.com.", "example.com", true),
            ("other.com, example.com", "example.com", true),
            ("other.com example.com", "example.com", true),
            ("com", "example.com", true),
            ("ample.com", "example.com", false),
            ("*", "example.com", true),
            ("*", "10.1.2.3", true),
            (",", "example.com", false),
            (".", "example.com", false),
            ("example.com:443", "example.com", true),
            ("example.com:8443", "example.com", false),
            ("example.com:8443", "example.com:8443", true),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3:443", "10.1.2.3", true),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("10.1.2.3/32", "10.1.2.3", true),
            ("10.1.2.2/31", "10.1.2.4", false),
            ("0.0.0.0/0", "10.1.2.3", true),
            ("::/0", "10.1.2.3", false),
            ("10.0.0.0/x", "10.1.2.3", false),
            ("10.0.0.0/99", "10.1.2.3", false),
            ("2.3", "10.1.2.3", false),
            ("::1", "[::1]", true),
            ("[::1]", "[::1]:8443", true),
            ("fd00::/8", "[fd00::7]", true),
            ("localhost", "127.0.0.1", false),
            ("localhost", "localhost:8443", true),
        ] {
            let variables = variables(&[("HTTPS_PROXY", "http://proxy:3128"), ("NO_PROXY", list)]);
            let choice = variables.proxy_for(&BaseUrl::new(&format!("https://{host}/x")).unwrap());
            assert_eq!(
                choice == ProxyChoice::Excluded { by: "NO_PROXY" },
                expected,
                "{list} {host}"
            );
        }
    }

    #[test]
    fn the_most_special_variable_that_is_not_empty_names_the_proxy() {
        let base_url = BaseUrl::new("https://api.atlassian.com").unwrap();
        let all = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
        for (at, name) in all.into_iter().enumerate() {
            let set: Vec<_> = all
                .iter()
                .enumerate()
                .map(|(i, it)| (*it, if i < at { " " } else { it }))
                .collect();
            let variables = variables(&set);
            assert_eq!(
                variables.proxy_for(&base_url),
                ProxyChoice::Through { url: name, from: name }
            );
        }
        for pairs in [&[][..], &[("HTTP_PROXY", "p"), ("http_proxy", "p")], &[("NO_PROXY", "*")]] {
            assert_eq!(variables(pairs).proxy_for(&base_url), ProxyChoice::Direct, "{pairs:?}");
        }
    }

    #[test]
    fn what_is_not_encrypted_goes_through_no_proxy_of_the_environment() {
        let variables =
            variables(&[("ALL_PROXY", "http://proxy:3128"), ("http_proxy", "http://proxy:3128")]);
        let base_url = BaseUrl::new("http://127.0.0.1:8080").unwrap();
        assert_eq!(variables.proxy_for(&base_url), ProxyChoice::Direct);
    }

    #[test]
    fn no_password_is_shown() {
        let variables = variables(&[("HTTPS_PROXY", "http://ann:s3cret@proxy:3128")]);
        let choice = variables.proxy_for(&BaseUrl::new("https://api.atlassian.com").unwrap());
        assert!(!format!("{variables:?} {choice:?}").contains("s3cret"));
    }
}
