//! The level of an event, in log4j's words and in those of `java.util.logging`, which are localised.

use serde::{Deserialize, Serialize};

/// The level of an event, lowest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// The layout has no level, or the text has no header.
    #[default]
    None,
    /// `TRACE`
    Trace,
    /// `DEBUG`
    Debug,
    /// `INFO`
    Info,
    /// `WARN`
    Warn,
    /// `ERROR`
    Error,
    /// `FATAL`
    Fatal,
}

impl Level {
    /// All levels, in order.
    pub const ALL: [Self; 7] = [Self::None, Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error, Self::Fatal];

    /// The word as it stands in logs; `NONE` where there is none.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }

    /// The level with this name, as it stands in logs.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == name)
    }

    /// The level word at the start of `text`, which must be followed by a space; also two of `java.util.logging`, which
    /// other products write into log4j's place.
    pub fn at_start_of(text: &[u8]) -> Option<Self> {
        Some(match text {
            [b'I', b'N', b'F', b'O', b' ', ..] => Self::Info,
            [b'W', b'A', b'R', b'N', b' ', ..] | [b'W', b'A', b'R', b'N', b'I', b'N', b'G', b' ', ..] => Self::Warn,
            [b'E', b'R', b'R', b'O', b'R', b' ', ..] | [b'S', b'E', b'V', b'E', b'R', b'E', b' ', ..] => Self::Error,
            [b'D', b'E', b'B', b'U', b'G', b' ', ..] => Self::Debug,
            [b'F', b'A', b'T', b'A', b'L', b' ', ..] => Self::Fatal,
            [b'T', b'R', b'A', b'C', b'E', b' ', ..] => Self::Trace,
            _ => return None,
        })
    }

    /// Whether a known error at this level is evidence; text without a level is, talk at INFO and below is not.
    pub fn is_evidence(self) -> bool {
        self == Self::None || self >= Self::Warn
    }

    /// The level that `java.util.logging` or a JSON layout calls so, in any case and in the languages of the JDK.
    /// [`Level::None`] for other words: where a level stands is told by its place.
    pub(super) fn from_word(word: &[u8]) -> Self {
        const WORDS: [(Level, &[&str]); 6] = [
            (Level::Fatal, &["FATAL", "CRITICAL", "EMERGENCY", "ALERT"]),
            (
                Level::Error,
                &[
                    "ERROR",
                    "SEVERE",
                    "SCHWERWIEGEND",
                    "GRAVE",
                    "ALLVARLIG",
                    "ALLVARLIGT",
                    "致命的",
                    "重大",
                    "严重",
                    "嚴重",
                    "嚴重的",
                    "심각",
                ],
            ),
            (
                Level::Warn,
                &[
                    "WARN",
                    "WARNING",
                    "WARNUNG",
                    "AVERTISSEMENT",
                    "ADVERTENCIA",
                    "AVVERTENZA",
                    "ADVERTÊNCIA",
                    "VARNING",
                    "警告",
                    "경고",
                ],
            ),
            (
                Level::Info,
                &[
                    "INFO",
                    "INFORMATION",
                    "INFORMATIONEN",
                    "INFOS",
                    "INFORMACIÓN",
                    "INFORMAZIONI",
                    "INFORMAÇÕES",
                    "NOTICE",
                    "情報",
                    "信息",
                    "資訊",
                    "정보",
                ],
            ),
            (
                Level::Debug,
                &[
                    "DEBUG",
                    "CONFIG",
                    "FINE",
                    "KONFIGURATION",
                    "KONFIG",
                    "FEIN",
                    "FIN",
                    "PRÉCIS",
                    "PRECIS",
                    "构成",
                    "配置",
                ],
            ),
            (Level::Trace, &["TRACE", "FINER", "FINEST", "FEINER", "AM FEINSTEN", "FINARE", "FINAST"]),
        ];
        let word = String::from_utf8_lossy(word).to_uppercase();
        WORDS.iter().find(|(_, words)| words.contains(&word.as_str())).map_or(Self::None, |(level, _)| *level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_other_loggers_and_languages() {
        for (word, level) in [
            ("SEVERE", Level::Error),
            ("Avertissement", Level::Warn),
            ("info", Level::Info),
            ("informações", Level::Info),
            ("FINEST", Level::Trace),
            ("SOMETHING", Level::None),
            ("", Level::None),
        ] {
            assert_eq!(Level::from_word(word.as_bytes()), level, "{word}");
        }
    }
}
