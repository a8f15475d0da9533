//! Fragments rendered once per run, from which events are put together by copying.

use crate::digits::{push_guid, push_hex, push_number};
use crate::random::Random;
use crate::template::{BACKGROUND_SLOTS, Template};
use crate::{messages, words};

const CLASSES: usize = 1500;
const FRAMES: usize = 6000;
/// Share of the stacks that start at one of a few places, their number and their distance.
const FREQUENT_PERCENT: u32 = 80;
const FREQUENT_STACKS: usize = 24;
const FREQUENT_DISTANCE: usize = 30;
const USERS: usize = 500;
const URLS: usize = 1500;
const ADDRESSES: usize = 300;
const SESSIONS: usize = 2000;
const APPS: usize = 3;

/// A Java class in the three forms in which logs name it.
struct Class {
    /// With all packages: `com.atlassian.jira.issue.IssueManager`.
    full: Vec<u8>,
    /// As a logger: the three last segments whole, the others one letter each.
    abbreviated: Vec<u8>,
    /// Without packages.
    simple: String,
}

/// All fragments of one run.
pub(crate) struct Vocabulary {
    classes: Vec<Class>,
    frames: Lines,
    request_tail: Lines,
    scheduler_tail: Lines,
    pub(crate) users: Vec<Vec<u8>>,
    pub(crate) urls: Vec<Vec<u8>>,
    pub(crate) addresses: Vec<Vec<u8>>,
    pub(crate) sessions: Vec<Vec<u8>>,
    /// The ids of the Entra applications that this Jira uses.
    pub(crate) apps: Vec<Vec<u8>>,
    pub(crate) texts: Texts,
}

/// The message templates, cut at their placeholders.
pub(crate) struct Texts {
    pub(crate) info: Vec<Template>,
    pub(crate) debug: Vec<Template>,
    pub(crate) warn: Vec<Template>,
    pub(crate) error: Vec<Template>,
    pub(crate) mail: Vec<Template>,
    pub(crate) start_up: Vec<Template>,
    pub(crate) exceptions: Vec<Template>,
    pub(crate) blocks: Vec<Template>,
    pub(crate) statements: Vec<Template>,
    pub(crate) documents: Vec<Template>,
    pub(crate) profiles: Vec<Template>,
    pub(crate) banner: Template,
}

/// Lines stored one after the other, so that a run of them is one slice.
pub(crate) struct Lines {
    bytes: Vec<u8>,
    starts: Vec<usize>,
}

impl Vocabulary {
    pub(crate) fn new(random: &mut Random, line_end: &str) -> Self {
        let classes: Vec<Class> = (0..CLASSES).map(|_| Class::draw(random)).collect();
        let frames = Lines::collect((0..FRAMES).map(|_| frame(random, &classes, line_end)));
        let request_tail = Lines::collect(REQUEST_TAIL.iter().map(|text| known_frame(text, line_end)));
        let scheduler_tail = Lines::collect(SCHEDULER_TAIL.iter().map(|text| known_frame(text, line_end)));
        Self {
            classes,
            frames,
            request_tail,
            scheduler_tail,
            users: (0..USERS).map(|_| user(random)).collect(),
            urls: (0..URLS).map(|_| url(random)).collect(),
            addresses: (0..ADDRESSES).map(|_| addresses(random)).collect(),
            sessions: (0..SESSIONS).map(|_| session(random)).collect(),
            apps: (0..APPS).map(|_| guid(random)).collect(),
            texts: Texts::new(line_end),
        }
    }

    pub(crate) fn push_class(&self, out: &mut Vec<u8>, random: &mut Random) {
        out.extend_from_slice(&random.favour(&self.classes).full);
    }

    pub(crate) fn push_logger(&self, out: &mut Vec<u8>, random: &mut Random) {
        out.extend_from_slice(&random.favour(&self.classes).abbreviated);
    }

    /// Appends `count` stack frames of application code.
    pub(crate) fn push_frames(&self, out: &mut Vec<u8>, random: &mut Random, count: usize) {
        // Most traces of a real log come from a few places; compression depends on it.
        let start = if random.percent(FREQUENT_PERCENT) {
            random.index(FREQUENT_STACKS) * FREQUENT_DISTANCE
        } else {
            random.index(FRAMES - count)
        };
        out.extend_from_slice(self.frames.run(start, start + count));
    }

    /// Appends the frames at the bottom of a request's or a scheduler's stack.
    pub(crate) fn push_tail(&self, out: &mut Vec<u8>, request: bool, count: usize) {
        let tail = if request { &self.request_tail } else { &self.scheduler_tail };
        let end = tail.starts.len() - 1;
        out.extend_from_slice(tail.run(end.saturating_sub(count), end));
    }
}

impl Texts {
    fn new(line_end: &str) -> Self {
        let parse = |text: &str| Template::parse(text, BACKGROUND_SLOTS, line_end);
        let all = |texts: &[&str]| texts.iter().map(|text| parse(text)).collect();
        Self {
            info: all(messages::INFO),
            debug: all(messages::DEBUG),
            warn: all(messages::WARN),
            error: all(messages::ERROR),
            mail: all(messages::MAIL),
            start_up: all(messages::START_UP),
            exceptions: all(messages::EXCEPTION_TEXTS),
            blocks: all(messages::BLOCKS),
            statements: all(messages::STATEMENTS),
            documents: all(messages::DOCUMENTS),
            profiles: all(messages::PROFILES),
            banner: parse(messages::BANNER),
        }
    }
}

impl Class {
    fn draw(random: &mut Random) -> Self {
        let package = random.pick(words::PACKAGES);
        let simple =
            [*random.pick(words::CLASS_PREFIXES), *random.pick(words::NOUNS), *random.pick(words::CLASS_SUFFIXES)]
                .concat();
        let full = format!("{package}.{simple}");
        Self { abbreviated: abbreviate(&full), full: full.into_bytes(), simple }
    }
}

impl Lines {
    fn collect(lines: impl Iterator<Item = Vec<u8>>) -> Self {
        let mut all = Self { bytes: Vec::new(), starts: vec![0] };
        for line in lines {
            all.bytes.extend_from_slice(&line);
            all.starts.push(all.bytes.len());
        }
        all
    }

    fn run(&self, start: usize, end: usize) -> &[u8] {
        &self.bytes[self.starts[start]..self.starts[end]]
    }
}

/// Jira's `%q{2}`: class and two packages whole, one letter of each earlier package.
fn abbreviate(full: &str) -> Vec<u8> {
    let segments: Vec<&str> = full.split('.').collect();
    let whole = segments.len().saturating_sub(3);
    let mut out = Vec::new();
    for (position, segment) in segments.iter().enumerate() {
        let shown = if position < whole { segment.get(..1).unwrap_or(segment) } else { segment };
        if position > 0 {
            out.push(b'.');
        }
        out.extend_from_slice(shown.as_bytes());
    }
    out
}

fn frame(random: &mut Random, classes: &[Class], line_end: &str) -> Vec<u8> {
    let class = random.pick(classes);
    let mut line = b"\tat ".to_vec();
    line.extend_from_slice(&class.full);
    line.push(b'.');
    line.extend_from_slice(random.text(words::METHODS));
    line.push(b'(');
    line.extend_from_slice(class.simple.as_bytes());
    line.extend_from_slice(b".java:");
    push_number(&mut line, u64::from(random.between(20, 900)));
    line.push(b')');
    line.extend_from_slice(line_end.as_bytes());
    line
}

fn known_frame(text: &str, line_end: &str) -> Vec<u8> {
    ["\tat ", text, line_end].concat().into_bytes()
}

fn user(random: &mut Random) -> Vec<u8> {
    let first = random.pick(words::FIRST_NAMES);
    let surname = random.pick(words::SURNAMES);
    match random.below(10) {
        0..=5 => [&first[..1], surname].concat(),
        6..=7 => format!("{first}.{surname}"),
        8 => format!("{first}.{surname}@example.com"),
        _ => format!("svc-{surname}-{}", random.below(20)),
    }
    .into_bytes()
}

fn url(random: &mut Random) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in random.pick(words::PATHS).bytes() {
        match byte {
            b'#' => push_number(&mut out, u64::from(random.between(1, 60_000))),
            b'@' => push_issue(&mut out, random),
            _ => out.push(byte),
        }
    }
    out
}

/// Appends an issue key such as `OPS-1234`.
pub(crate) fn push_issue(out: &mut Vec<u8>, random: &mut Random) {
    out.extend_from_slice(random.text(words::PROJECTS));
    out.push(b'-');
    push_number(out, u64::from(random.between(1, 40_000)));
}

/// The address of a client, often behind the one of a proxy.
fn addresses(random: &mut Random) -> Vec<u8> {
    let mut out = Vec::new();
    let forwarded = random.percent(60);
    if forwarded && random.percent(5) {
        out.extend_from_slice(b"[2001:db8::");
        push_hex(&mut out, random, 4);
        out.extend_from_slice(b"]:443,");
    } else if forwarded {
        push_address(&mut out, random, [198, 51, 100]);
        out.push(b',');
    }
    let subnet = random.below(8);
    push_address(&mut out, random, [10, 20, subnet]);
    out
}

fn push_address(out: &mut Vec<u8>, random: &mut Random, network: [u32; 3]) {
    for part in network {
        push_number(out, u64::from(part));
        out.push(b'.');
    }
    push_number(out, u64::from(random.between(1, 254)));
}

fn session(random: &mut Random) -> Vec<u8> {
    let alphabet = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let length = random.between(5, 7);
    (0..length).map(|_| *random.pick(alphabet)).collect()
}

fn guid(random: &mut Random) -> Vec<u8> {
    let mut out = Vec::new();
    push_guid(&mut out, random);
    out
}

const REQUEST_TAIL: &[&str] = &[
    "com.atlassian.jira.web.dispatcher.JiraWebworkActionDispatcher.doFilter(JiraWebworkActionDispatcher.java:61)",
    "org.apache.catalina.core.ApplicationFilterChain.internalDoFilter(ApplicationFilterChain.java:178)",
    "org.apache.catalina.core.ApplicationFilterChain.doFilter(ApplicationFilterChain.java:153)",
    "com.atlassian.jira.web.filters.steps.ChainedFilterStepRunner.doFilter(ChainedFilterStepRunner.java:74)",
    "com.atlassian.core.filters.AbstractHttpFilter.doFilter(AbstractHttpFilter.java:32)",
    "org.apache.catalina.core.ApplicationFilterChain.internalDoFilter(ApplicationFilterChain.java:178)",
    "com.atlassian.plugin.servlet.filter.ServletFilterModuleContainerFilter.doFilter(ServletFilterModuleContainerFilter.java:55)",
    "com.atlassian.jira.security.JiraSecurityFilter.doFilter(JiraSecurityFilter.java:64)",
    "org.apache.catalina.core.ApplicationFilterChain.doFilter(ApplicationFilterChain.java:153)",
    "org.apache.catalina.core.StandardWrapperValve.invoke(StandardWrapperValve.java:168)",
    "org.apache.catalina.core.StandardContextValve.invoke(StandardContextValve.java:90)",
    "org.apache.catalina.core.StandardHostValve.invoke(StandardHostValve.java:115)",
    "org.apache.catalina.core.StandardEngineValve.invoke(StandardEngineValve.java:74)",
    "org.apache.catalina.connector.CoyoteAdapter.service(CoyoteAdapter.java:344)",
    "org.apache.tomcat.util.net.SocketProcessorBase.run(SocketProcessorBase.java:52)",
    "java.base/java.lang.Thread.run(Thread.java:840)",
];

const SCHEDULER_TAIL: &[&str] = &[
    "com.atlassian.scheduler.core.JobLauncher.runJob(JobLauncher.java:134)",
    "com.atlassian.scheduler.core.JobLauncher.launch(JobLauncher.java:90)",
    "com.atlassian.scheduler.caesium.impl.CaesiumSchedulerService.launchJob(CaesiumSchedulerService.java:435)",
    "com.atlassian.scheduler.caesium.impl.CaesiumSchedulerService.executeQueuedJob(CaesiumSchedulerService.java:380)",
    "com.atlassian.scheduler.caesium.impl.SchedulerQueueWorker.executeJob(SchedulerQueueWorker.java:60)",
    "com.atlassian.scheduler.caesium.impl.SchedulerQueueWorker.run(SchedulerQueueWorker.java:35)",
    "java.base/java.lang.Thread.run(Thread.java:840)",
];

#[cfg(test)]
mod tests {
    use super::abbreviate;

    #[test]
    fn loggers_keep_their_three_last_segments() {
        assert_eq!(abbreviate("com.atlassian.jira.startup.Starter"), b"c.a.jira.startup.Starter");
        assert_eq!(abbreviate("webwork.Action"), b"webwork.Action");
    }
}
