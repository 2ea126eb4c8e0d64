//! Cuts an address into its parts as a browser would, and keeps how they were written.

/// Nothing that is meant to be followed is longer; the rest is data.
const URL_BYTES: usize = 16 * 1024;

/// An address cut into its parts as it was written: `url` lowers and escapes.
#[derive(Debug, Clone, Default)]
pub(super) struct Raw {
    pub(super) scheme: String,
    pub(super) user: String,
    pub(super) host: String,
    pub(super) port: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) fragment: String,
    /// Whether a backslash stood where browsers read a slash.
    pub(super) had_backslash: bool,
    pub(super) too_long: bool,
}

impl Raw {
    /// Cuts an address; nothing where it names no host.
    pub(super) fn split(url: &str) -> Option<Self> {
        let too_long = url.len() > URL_BYTES;
        let clean: String = url
            .trim_matches(|c: char| c.is_whitespace() || c.is_control())
            .chars()
            .take(URL_BYTES)
            .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
            .collect();
        let (scheme, rest) = Self::scheme(&clean)?;
        let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
        let authority = rest.get(..end)?;
        let tail = rest.get(end..)?;
        // `https://a\@b` is host a to a browser and b to a reader.
        let had_backslash = tail.starts_with('\\') && tail.contains('@');
        let (user, place) = authority.rsplit_once('@').unwrap_or(("", authority));
        let port_at =
            place.rfind(':').filter(|at| !place.get(*at..).unwrap_or_default().contains(']'));
        let (host, port) = place.split_at(port_at.unwrap_or(place.len()));
        let (before, fragment) = tail.split_once('#').unwrap_or((tail, ""));
        let (path, query) = before.split_once('?').unwrap_or((before, ""));
        if host.is_empty() {
            return None;
        }
        Some(Self {
            scheme: scheme.to_ascii_lowercase(),
            user: user.to_owned(),
            host: host.to_owned(),
            port: port.trim_start_matches(':').to_owned(),
            path: path.replace('\\', "/"),
            query: query.to_owned(),
            fragment: fragment.to_owned(),
            had_backslash,
            too_long,
        })
    }

    fn scheme(url: &str) -> Option<(&str, &str)> {
        let slashes: &[char] = &['/', '\\'];
        if url.starts_with("www.") {
            return Some(("https", url));
        }
        if url.starts_with(slashes) {
            let rest = url.trim_start_matches(slashes);
            return (url.len() - rest.len() >= 2).then_some(("https", rest));
        }
        let (scheme, rest) = url.split_once(':')?;
        let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
        let web = ["http", "https", "ftp", "ws", "wss"];
        if web.iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            // However many slashes there are.
            return Some((scheme, rest.trim_start_matches(slashes)));
        }
        let rest = rest.strip_prefix("//")?;
        named.then_some((scheme, rest))
    }

    /// The address with a scheme, for parsing.
    pub(super) fn absolute(&self) -> String {
        let at = if self.user.is_empty() { "" } else { "@" };
        let colon = if self.port.is_empty() { "" } else { ":" };
        let Self { scheme, user, host, port, .. } = self;
        format!("{scheme}://{user}{at}{host}{colon}{port}/")
    }
}
