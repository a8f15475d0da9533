//! The messages of background events, as templates with placeholders.
//!
//! The same rule holds as for the words: nothing here is known to the catalogue.

pub(crate) const INFO: &[&str] = &[
    "Indexed {n} issues of project {project} in {ms} ms",
    "User {user} moved issue {issue} to another column {phrase}",
    "Re-ranked {n} issues on board {n} {phrase}",
    "Plugin {plugin} enabled {n} modules in {ms} ms",
    "Replicated {n} index operations from node {host}, newest id {large}",
    "Cache statistics for {class}: hits={large}, misses={n}, evictions={n}",
    "Sprint {n} of project {project} was started by {user}",
    "Workflow draft of project {project} was published {phrase}",
    "Filter {large} is now shared with group jira-{project}-users",
    "Sent {n} notifications for issue {issue} in {ms} ms",
    "Attachment {large} stored, {large} bytes, checksum {hex}",
    "Service level timers of {issue} recalculated in {ms} ms {phrase}",
    "Scheduled job {class} finished in {ms} ms",
    "Webhook {n} delivered to https://{host}/hook/{hex} in {ms} ms",
    "Directory pass {n} done: {n} users seen, {n} changed, {ms} ms",
    "Request for {url} answered with {n} rows in {ms} ms",
    "Bulk change {guid} by {user}: {n} issues updated {phrase}",
    "Export {guid} written to export/{hex}.csv, {large} bytes",
    "Audit entry {large} saved for {user} {phrase}",
    "Pool of {host}: active={n}, idle={n}, waiting=0",
    "Worklog of {ms} seconds added to {issue} by {user}",
    "Component lead of {project} is now {user}",
];

pub(crate) const DEBUG: &[&str] = &[
    "Looked up {issue} through {class} in {ms} ms",
    "Permission check of {user} on {issue}: browse=true edit=false {phrase}",
    "Cache key {hex} of {class} computed in {ms} ms",
    "Queue run begins, {n} items waiting {phrase}",
    "Parsed query [project = {project} AND updated > -{n}d ORDER BY rank] in {ms} ms",
    "Rendering {url} for {user} with template {hex}.vm",
    "Event {guid} of {class} handed to {n} listeners",
    "Skipping field customfield_{n} of {issue} {phrase}",
    "Lock {hex} held by {class} for {ms} ms, queue length {n}",
    "Reading {n} rows from {table} {phrase}",
];

pub(crate) const WARN: &[&str] = &[
    "Slow index read: {ms} ms for {n} documents {phrase}",
    "Issue {issue} has no value for the mandatory field customfield_{n}",
    "User {user} is no longer active but leads project {project}",
    "Query of table {table} took {ms} ms and returned {large} rows",
    "Filter {large} of {user} names the missing field cf[{n}]",
    "Gadget spec of {plugin} could not be read {phrase}",
    "Webhook {n} to https://{host}/hook/{hex} answered with status 404",
    "Cache {class} is full: {large} entries, oldest {ms} ms",
    "Listener {class} needed {ms} ms for one event {phrase}",
    "Transition {n} of {issue} was refused by a condition {phrase}",
    "Duplicate rank for {issue} and {issue}, balancing is scheduled",
    "Avatar {n} is missing on disk, using the default {phrase}",
    "Template {hex}.vm refers to $issue.customer which is null",
    "Directory entry {user} has no e-mail address {phrase}",
    "Request {url} by {user} took {ms} ms",
    "Translation key jira.field.{hex} is missing for locale de_DE",
];

pub(crate) const ERROR: &[&str] = &[
    "Could not render field customfield_{n} of {issue}",
    "Post function {class} failed for {issue} {phrase}",
    "Exception thrown while running job {guid}",
    "Unhandled problem in {class} {phrase}",
    "Returning internal server error for {url}",
    "Unable to load board {n} for {user}",
    "Error while converting row {large} of table {table}",
    "Listener {class} rejected the event {guid}",
    "Could not write attachment {large} of {issue}",
    "Script runner stopped script {hex}.groovy {phrase}",
    "Import of object type {n} halted at record {large}",
    "Gadget {plugin} failed to answer {phrase}",
];

pub(crate) const MAIL: &[&str] = &[
    "{n} messages read from {mailbox} in {ms} ms",
    "Handler of {mailbox} added a comment to {issue}",
    "Handler of {mailbox} created {issue} for {user}",
    "Message {hex}@{host} skipped: automatic reply {phrase}",
    "Message {hex}@{host} has {n} parts and {large} bytes",
    "Folder listing of {mailbox} took {ms} ms, {n} unread {phrase}",
    "Sender of message {hex}@{host} matched to {user}",
    "Attachment image{n}.png of message {hex} was too small, ignored",
    "Channel of project {project} polled in {ms} ms {phrase}",
    "Message {hex}@{host} forwarded to {mailbox} {phrase}",
];

/// The text after the class of an exception; some span lines, which start at column 0.
pub(crate) const EXCEPTION_TEXTS: &[&str] = &[
    "could not find {issue} in {table}",
    "value of customfield_{n} must not be null",
    "expected {n} rows but got {n} {phrase}",
    "field 'resolution' is not on the screen of {issue}",
    "no workflow step {n} in the descriptor {hex}",
    "{class} is not available {phrase}",
    "period {n} is locked for {user}",
    "ERROR: duplicate key value violates unique constraint \"{table}_pk\"\n  Detail: Key (id)=({large}) already exists.",
    "Invocation of method 'getValue' in {class} threw an exception at {hex}.vm[line {n}, column 14]",
    "record {large} was refused\n\nThe importer kept {n} records and dropped {n} {phrase}.",
    "lock {hex} is held by another node",
    "/var/atlassian/jira/export/{hex}.csv (No such file)",
];

/// Bodies of several lines; the layout indents every line of a message but the first.
pub(crate) const BLOCKS: &[&str] = &[
    "Field configuration of {project} is inconsistent:
    customfield_{n} is required but not on any screen
    customfield_{n} has {n} contexts for one project
    customfield_{n} uses the renderer of a removed plugin {plugin}
    {phrase}",
    "Slow operations of the last interval:
    - {url}: {n} calls, longest {ms} ms
    - {url}: {n} calls, longest {ms} ms
    - {url}: {n} calls, longest {ms} ms
    - {class}: {n} calls, longest {ms} ms",
    "Plugin {plugin} reported:
    
    module {hex} was switched off by {user} {phrase}
    module {hex} waits for {class}
    ",
    "Summary of the clean-up {guid}
    orphaned rows in {table}: {n}
    orphaned rows in {table}: {n}
    time spent: {ms} ms",
];

pub(crate) const STATEMENTS: &[&str] = &[
    "Statement took {ms} ms, {n} rows:
    select ISSUE.id, ISSUE.issuenum, ISSUE.project, ISSUE.summary, ISSUE.assignee, ISSUE.updated
    from jiraissue ISSUE
    inner join {table} T on T.issue = ISSUE.id and T.fieldid = {n}
    left join nodeassociation N on N.source_node_id = ISSUE.id and N.sink_node_entity = 'Component'
    where ISSUE.project in ({n}, {n}, {n}) and ISSUE.updated >= '2025-12-01 00:00:00'
    order by ISSUE.updated desc limit {n}",
    "Batch of {n} updates on {table}:
    update {table} set sequence = {n}, updated = now() where id = {large} and owner = '{user}'
    update {table} set sequence = {n}, updated = now() where id = {large} and owner = '{user}'
    update {table} set sequence = {n}, updated = now() where id = {large} and owner = '{user}'",
];

pub(crate) const DOCUMENTS: &[&str] = &[
    "Webhook body for {issue}: {\"timestamp\":{large},\"webhookEvent\":\"jira:issue_updated\",\"user\":{\"name\":\"{user}\",\"active\":true},\"issue\":{\"id\":\"{large}\",\"key\":\"{issue}\",\"fields\":{\"labels\":[\"{project}\",\"{hex}\"],\"progress\":{\"total\":{n}}}}}",
    "Response of https://{host}/api/objects:
    {
      \"id\": \"{guid}\",
      \"owner\": {\"name\": \"{user}\", \"groups\": [\"{project}\", \"jira-users\"]},
      \"attributes\": [{\"key\": \"{hex}\", \"value\": {large}}, {\"key\": \"{hex}\", \"value\": null}],
      \"links\": {\"self\": \"https://{host}{url}\"}
    }",
];

pub(crate) const PROFILES: &[&str] = &[
    "[{ms}ms] - {url}
      [{ms}ms] - {class}.doFilter
        [{n}ms] - {class}.execute
          [{n}ms] - read {table}
        [{n}ms] - {class}.render",
    "[{ms}ms] - {class}.reindex {issue}
      [{n}ms] - {class}.collect
      [{n}ms] - {class}.write",
];

/// What start-up threads say on one line.
pub(crate) const START_UP: &[&str] = &[
    "Plugin system phase {n} took {ms} ms",
    "Checking {table}: {n} entries, fine",
    "Component {class} registered",
    "Upgrade task {n} is not needed",
    "Loaded {n} workflow descriptors in {ms} ms",
];

/// The banner after a header with an empty message.
pub(crate) const BANNER: &str = "
    
    ****************
    Jira starting...
    ****************
    
    ___ Environment _____________________________
    
         JIRA Build                                    : 9.12.4#912000-sha1:{hex}
         Build Date                                    : Mon Jan 05 00:00:00 UTC 2026
         Operating System                              : Linux  5.15
         Maximum Allowable Memory                      : {n}MB
    
    ___ Modules _________________________________
    
         Node                                          : {host}
         Plugin                                        : {plugin}
    ";
