"""What a training says to Cavia. Run by hand, outside a job, it says it to the terminal."""

import json
import os
import time
import urllib.error
import urllib.request
from pathlib import Path

TRIES = 8


def params(**by_hand):
    """The params of the trial; by hand what is given here."""
    return json.loads(os.environ["CAVIA_PARAMS"]) if in_job() else by_hand


def seed():
    return int(os.environ.get("CAVIA_SEED", "0"))


def start():
    """Asks to be let in: of two jobs for the same attempt one trains. Returns whether it is this one."""
    if not in_job():
        return True
    job_id = os.environ.get("AWS_BATCH_JOB_ID") or os.environ["CAVIA_JOB_ID"]
    return call("start", {"jobId": job_id}) is not None


def report(step, **values):
    """Reports what there is after a step. Returns whether to stop."""
    print(f"step {step}: {values}", flush=True)
    answer = call("report", {"step": step, "values": values}) if in_job() else None
    return bool(answer and answer["stop"])


def tell(**values):
    """Leaves the result where it survives the job, and tells it."""
    result = {"values": values}
    if in_job():
        write(os.environ["CAVIA_RESULT_URI"], json.dumps(result).encode())
        call("tell", result)
    print(json.dumps(result), flush=True)


def read(uri):
    """The bytes of s3://bucket/key or of a file; None when there are none."""
    if uri.startswith("s3://"):
        bucket, key = uri[5:].split("/", 1)
        try:
            return s3().get_object(Bucket=bucket, Key=key)["Body"].read()
        except s3().exceptions.NoSuchKey:
            return None
    path = Path(uri.removeprefix("file://"))
    return path.read_bytes() if path.is_file() else None


def write(uri, body):
    if uri.startswith("s3://"):
        bucket, key = uri[5:].split("/", 1)
        s3().put_object(Bucket=bucket, Key=key, Body=body)
        return
    path = Path(uri.removeprefix("file://"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


def in_job():
    return "CAVIA_TRIAL" in os.environ


def s3():
    import boto3  # Only where there is a bucket.

    return boto3.client("s3")


def call(verb, body):
    """Sends a request of the job until somebody answers. Returns None when the service does not want it."""
    place = f"{os.environ['CAVIA_STUDY']}/trials/{os.environ['CAVIA_TRIAL']}"
    request = urllib.request.Request(
        f"{os.environ['CAVIA_URL']}/v1/studies/{place}/{verb}",
        data=json.dumps({"attempt": int(os.environ["CAVIA_ATTEMPT"]), **body}).encode(),
        headers={"Authorization": f"Bearer {os.environ['CAVIA_TOKEN']}", "Content-Type": "application/json"},
    )
    for tried in range(TRIES):
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            if error.code < 500 and error.code != 429:
                print(f"{verb}: {error.code} {error.read().decode()}", flush=True)
                return None
        except OSError as error:
            print(f"{verb}: {error}", flush=True)
        time.sleep(2**tried / 4)
    return None
