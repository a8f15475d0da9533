//! The first line of an event up to its message, in the layout of the main or of a mail log.

use crate::Layout;
use crate::digits::{push_guid, push_number};
use crate::scribe::{Level, Scribe};
use crate::words;

/// The logger and the path of somebody who is setting up an OAuth 2.0 link.
const FLOW_PATH: &[u8] = b"/rest/oauth2-client/latest/config/flow/";
const FLOW_LOGGER: &[u8] = b"c.a.o.c.rest.resource.ClientConfigurationResource";
/// The logger of Jira Service Management's mail polling.
const PULLER_LOGGER: &[u8] = b"c.a.j.i.m.p.feature.puller.MailPullerWorker";

/// Which part of Jira an event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A request of a browser or a REST client: all five fields are set.
    Request,
    /// A scheduler thread: a user, a service name, or nothing.
    Scheduler,
    /// A thread of some app: no field is set.
    Pool,
    /// A thread of the start-up: no field is set.
    StartUp,
    /// An administrator authorises an OAuth 2.0 link.
    LinkFlow,
    /// A scheduled mail poll.
    MailPoll,
}

impl Scribe<'_> {
    /// Appends everything that precedes the message.
    pub(crate) fn push_header(&mut self, out: &mut Vec<u8>, level: Level, origin: Origin) {
        self.clock.push_stamp(out);
        out.push(b' ');
        match self.layout {
            Layout::Main => self.push_main(out, level, origin),
            Layout::Mail => self.push_mail(out, level, origin),
        }
    }

    fn push_main(&mut self, out: &mut Vec<u8>, level: Level, origin: Origin) {
        match origin {
            Origin::Request => self.push_request(out, Some(level)),
            Origin::LinkFlow => self.push_link_flow(out, level),
            Origin::Scheduler | Origin::MailPoll => self.push_scheduler(out, level, origin),
            Origin::Pool | Origin::StartUp => {
                self.push_thread(out, origin);
                push_level(out, level);
                out.extend_from_slice(b"      ");
            }
        }
        out.push(b'[');
        match origin {
            Origin::LinkFlow => out.extend_from_slice(FLOW_LOGGER),
            Origin::MailPoll => out.extend_from_slice(PULLER_LOGGER),
            _ => self.vocabulary.push_logger(out, &mut self.random),
        }
        out.extend_from_slice(b"] ");
    }

    /// Level first, then the mail server's name in brackets; no logger.
    fn push_mail(&mut self, out: &mut Vec<u8>, level: Level, origin: Origin) {
        out.extend_from_slice(level.label().as_bytes());
        out.extend_from_slice(b" [");
        out.extend_from_slice(self.random.text(words::MAIL_SERVERS));
        out.extend_from_slice(b"] ");
        if origin == Origin::Request {
            self.push_request(out, None);
        } else {
            self.push_caesium(out);
            out.extend_from_slice(b" ServiceRunner     ");
        }
    }

    /// Thread, level if any, and five fields of a request; ends with a space.
    fn push_request(&mut self, out: &mut Vec<u8>, level: Option<Level>) {
        if self.request.fields.is_empty() || self.random.percent(40) {
            self.begin_request();
        }
        out.extend_from_slice(&self.request.thread);
        if let Some(level) = level {
            push_level(out, level);
        }
        out.push(b' ');
        out.extend_from_slice(&self.request.fields);
        out.push(b' ');
    }

    fn begin_request(&mut self) {
        let vocabulary = self.vocabulary;
        let anonymous = self.random.percent(12);
        let user: &[u8] = if anonymous { b"anonymous" } else { self.random.favour(&vocabulary.users).as_slice() };
        let url = self.random.favour(&vocabulary.urls).as_slice();
        let mut thread = std::mem::take(&mut self.request.thread);
        thread.clear();
        self.push_thread(&mut thread, Origin::Request);
        if self.random.percent(20) {
            thread.extend_from_slice(b" url: ");
            thread.extend_from_slice(url);
            thread.extend_from_slice(b"; user: ");
            thread.extend_from_slice(user);
        }
        let mut fields = std::mem::take(&mut self.request.fields);
        fields.clear();
        fields.extend_from_slice(user);
        let without_session = anonymous && self.random.percent(50);
        self.push_request_fields(&mut fields, without_session);
        fields.extend_from_slice(url);
        self.request.thread = thread;
        self.request.fields = fields;
    }

    fn push_link_flow(&mut self, out: &mut Vec<u8>, level: Level) {
        let vocabulary = self.vocabulary;
        self.push_thread(out, Origin::Request);
        push_level(out, level);
        out.push(b' ');
        out.extend_from_slice(self.random.favour(&vocabulary.users).as_slice());
        self.push_request_fields(out, false);
        out.extend_from_slice(FLOW_PATH);
        push_guid(out, &mut self.random);
        out.push(b' ');
    }

    /// Request id, session and addresses of a new request, with a space before and after each.
    fn push_request_fields(&mut self, out: &mut Vec<u8>, without_session: bool) {
        let vocabulary = self.vocabulary;
        self.request.number += 1;
        out.push(b' ');
        push_number(out, self.clock.minute_of_day());
        out.push(b'x');
        push_number(out, self.request.number);
        out.push(b'x');
        push_number(out, u64::from(self.random.between(1, 12)));
        out.push(b' ');
        if without_session {
            out.push(b'-');
        } else {
            out.extend_from_slice(self.random.text(&vocabulary.sessions));
        }
        out.push(b' ');
        out.extend_from_slice(self.random.text(&vocabulary.addresses));
        out.push(b' ');
    }

    fn push_scheduler(&mut self, out: &mut Vec<u8>, level: Level, origin: Origin) {
        self.push_caesium(out);
        push_level(out, level);
        match self.random.below(10) {
            0..=1 if origin == Origin::Scheduler => {
                out.extend_from_slice(b" anonymous    ");
                out.extend_from_slice(self.random.text(words::SERVICES));
                out.push(b' ');
            }
            2..=3 if origin == Origin::Scheduler => out.extend_from_slice(b"      "),
            _ => out.extend_from_slice(b" ServiceRunner     "),
        }
    }

    fn push_caesium(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"Caesium-1-");
        push_number(out, u64::from(self.random.between(1, 4)));
    }

    fn push_thread(&mut self, out: &mut Vec<u8>, origin: Origin) {
        let (name, highest) = match origin {
            Origin::Pool => (*self.random.pick(words::POOL_THREADS), 40),
            Origin::StartUp if self.random.percent(50) => ("localhost-startStop-", 2),
            Origin::StartUp => {
                let name = if self.random.percent(50) { "main" } else { "JIRA-Bootstrap" };
                out.extend_from_slice(name.as_bytes());
                return;
            }
            _ => ("http-nio-8080-exec-", 200),
        };
        out.extend_from_slice(name.as_bytes());
        push_number(out, u64::from(self.random.between(1, highest)));
    }
}

fn push_level(out: &mut Vec<u8>, level: Level) {
    out.push(b' ');
    out.extend_from_slice(level.label().as_bytes());
}
