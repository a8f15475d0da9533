"""Scans logs on a Spark cluster and reports on all of them as one machine would.

    spark-submit integrations/spark/scan.py --binary logmedic -f markdown 's3a://bucket/zips/*.zip' > report.md

Every file is a task; of file: paths, which all workers must see, every range of a large plain log is one. Small files of
other file systems share a task. Workers need Python only: the static binary is shipped with the job. Tasks may be retried
or run twice, since Spark takes one result of each. The job ends with 0 when there is a report. More: docs/clusters.md.
"""

import argparse
import subprocess
import sys
import tempfile
from pyspark import SparkContext, SparkFiles

BATCH = 16  # reports that one merge adds up: each costs a process


def run(arguments, stdin=b""):
    """What the binary prints. Where it has no report the task fails with its reason."""
    done = subprocess.run([SparkFiles.get(BINARY), *arguments], input=stdin, capture_output=True)
    if done.returncode not in (0, 1, 2, 3) or not done.stdout:
        reason = done.stderr.decode(errors="replace")[-2000:]
        raise RuntimeError(f"logmedic {' '.join(arguments)} ended with {done.returncode}: {reason}")
    return done.stdout


def scan(name, path, span=None):
    """The reports of a log, or of a range of it: one, or none where the first range stands for all."""
    arguments = ["scan", "-q", "-f", "json", "--threads", "1", "--redact", PARTS, "--source", name, path]
    try:
        return [run([*arguments, "--range", span] if span else arguments)]
    except RuntimeError as refusal:  # of gz, zip, UTF-16 and logs with a prefix
        if not span or "can only be read whole" not in str(refusal):
            raise
    return [run(arguments)] if span.startswith("0:") else []


def scan_copy(name, content):
    """The same of a file that only Hadoop can open."""
    with tempfile.NamedTemporaryFile() as copy:
        copy.write(content)
        copy.flush()
        return scan(name, copy.name)


def add(some, others):
    """Both lists of reports as one, which is added up when it has become long."""
    reports = some + others
    merge = ["merge", "-q", "-f", "json", "--redact", PARTS, "-"]
    return [run(merge, b"".join(reports))] if len(reports) >= BATCH else reports


def files(paths):
    """Every file below the paths, which may hold wildcards, with its length."""
    hadoop = context._jvm.org.apache.hadoop.fs
    for path in map(hadoop.Path, paths):
        system = path.getFileSystem(context._jsc.hadoopConfiguration())
        for root in system.globStatus(path) or sys.exit(f"{path}: no such file or folder"):
            below = system.listFiles(root.getPath(), True)
            while below.hasNext():
                file = below.next()
                yield file.getPath().toString(), file.getLen()


def pieces(uri, length):
    """What `scan` is given for a file of the workers' own file system."""
    path = "/" + uri.removeprefix("file:").lstrip("/")
    starts = range(0, length, options.split) if length > options.split else []
    return [(path, path, f"{start}:{min(start + options.split, length)}") for start in starts] or [(path, path)]


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("paths", nargs="+", help="logs, gz and support zips, or folders of them, of any Hadoop file system")
parser.add_argument("--binary", required=True, help="the static logmedic for the workers' processor")
parser.add_argument("-f", "--format", default="text", help="form of the report on standard output")
parser.add_argument("-o", "--output", action="append", default=[], help="[FORMAT:]FILE for the report on the driver too")
parser.add_argument("--redact", choices=["off", "secrets", "full"], help="how much is masked")
parser.add_argument("--split", type=int, default=256 << 20, help="bytes of a range (default: %(default)s)")
options = parser.parse_args()

BINARY = options.binary.rsplit("/", 1)[-1]
PARTS = "off" if options.redact == "off" else "secrets"
context = SparkContext(appName="logmedic")
context.addFile(options.binary)
logs = sorted(set(files(options.paths))) or sys.exit("nothing to scan: the folders are empty")
if all(uri.startswith("file:") for uri, _ in logs):
    work = [piece for log in logs for piece in pieces(*log)]
    parts = context.parallelize(work, len(work)).map(lambda piece: scan(*piece))
else:
    for uri in (uri for uri, _ in logs if set(uri) & set(",{}[]*?\\")):
        sys.exit(f"{uri}: Spark cannot open a file with one of , {{ }} [ ] * ? \\ in its name; rename it")
    parts = context.binaryFiles(",".join(uri for uri, _ in logs), len(logs)).map(lambda file: scan_copy(*file))
form = ["-q", "-f", options.format, *(f"--output={output}" for output in options.output)]
level = [f"--redact={options.redact}"] if options.redact else []
reports = b"".join(parts.treeReduce(add))
done = subprocess.run([SparkFiles.get(BINARY), "merge", *form, *level, "-"], input=reports)
context.stop()
sys.exit(0 if done.returncode in (0, 1, 3) else 2)
