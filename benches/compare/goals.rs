//! The goals, each with what was measured.

use std::fmt;

/// All goals of a run.
#[derive(Debug, Default)]
pub(crate) struct Goals(Vec<Goal>);

#[derive(Debug)]
struct Goal {
    what: String,
    /// The figure, or why there is none.
    measured: Result<f64, String>,
    bound: Bound,
}

/// What a figure must reach or keep below.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bound {
    /// A ratio of at least this.
    Times(f64),
    /// At most so many milliseconds, given in seconds.
    Seconds(f64),
    /// At most so many MiB.
    Mebibytes(f64),
}

impl Goals {
    pub(crate) fn add(&mut self, what: impl Into<String>, measured: Result<f64, String>, bound: Bound) {
        self.0.push(Goal { what: what.into(), measured, bound });
    }

    /// Whether each goal that could be measured was met, and nothing was wrong.
    pub(crate) fn all_met(&self) -> bool {
        self.0.iter().all(|goal| match &goal.measured {
            Ok(figure) => goal.bound.is_met(*figure),
            Err(reason) => !reason.starts_with("wrong"),
        })
    }
}

impl Bound {
    fn is_met(self, figure: f64) -> bool {
        match self {
            Self::Times(least) => figure >= least,
            Self::Seconds(most) | Self::Mebibytes(most) => figure <= most,
        }
    }

    fn show(self, figure: f64) -> String {
        match self {
            Self::Times(_) => format!("{figure:.2} times"),
            Self::Seconds(_) => format!("{:.1} ms", figure * 1000.0),
            Self::Mebibytes(_) => format!("{figure:.1} MiB"),
        }
    }

    fn limit(self) -> String {
        match self {
            Self::Times(least) => format!("at least {least}"),
            Self::Seconds(most) => format!("at most {} ms", most * 1000.0),
            Self::Mebibytes(most) => format!("at most {most}"),
        }
    }
}

impl fmt::Display for Goals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "### Goals\n\n| what | measured | goal | |\n| --- | --- | --- | --- |")?;
        for Goal { what, measured, bound } in &self.0 {
            let (shown, verdict) = match measured {
                Ok(figure) => (bound.show(*figure), if bound.is_met(*figure) { "met" } else { "MISSED" }),
                // The reason stands in the contest's own table.
                Err(reason) if reason.starts_with("wrong") => (String::new(), "WRONG"),
                Err(reason) => (reason.clone(), ""),
            };
            writeln!(f, "| {what} | {shown} | {} | {verdict} |", bound.limit())?;
        }
        Ok(())
    }
}
