"""Checks the ONNX graphs of a bundle folder with the tools of the ONNX project; prints one JSON object.

Per decision kind: onnx.checker in full (with shape inference), then the golden vectors through onnxruntime, with the states
of a memory if there is one.
"""

import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

folder = pathlib.Path(sys.argv[1])
manifest = json.loads((folder / "policy.json").read_text())
golden = json.loads((folder / "golden.json").read_text())
bound = manifest["spec"]["maxCandidates"]
report = {}
for kind in (entry["kind"] for entry in manifest["spec"]["kinds"]):
    path = folder / manifest["onnx"]["files"][kind]
    model = onnx.load(str(path))
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    rows = [row for row in golden["rows"] if row["kind"] == kind]
    width = len(rows[0]["candidates"][0])
    candidates = np.zeros((len(rows), bound, width), np.float32)
    mask = np.zeros((len(rows), bound), np.bool_)
    for i, row in enumerate(rows):
        candidates[i, : len(row["candidates"])] = row["candidates"]
        mask[i, : len(row["mask"])] = row["mask"]
    inputs = {
        "context": np.array([row["context"] for row in rows], np.float32),
        "candidates": candidates,
        "mask": mask,
        "count": np.array([len(row["candidates"]) for row in rows], np.int64),
    }
    difference = 0.0
    if manifest["memory"] is not None:
        inputs["memory"] = np.array([row["memory"] for row in rows], np.float32)
        expected = np.array([row["nextMemory"] for row in rows], np.float32)
        difference = float(np.abs(session.run(["nextMemory"], inputs)[0] - expected).max())
    logits, value, choice = session.run(["logits", "value", "choice"], inputs)
    for i, row in enumerate(rows):
        for k, expected in enumerate(row["logits"]):
            difference = max(difference, abs(float(logits[i, k]) - expected) / max(1.0, abs(expected)))
    report[kind] = {
        "rows": len(rows),
        "opset": model.opset_import[0].version,
        "ir": model.ir_version,
        "metadata": {entry.key: entry.value for entry in model.metadata_props},
        "valueShape": list(value.shape),
        "maxDifference": difference,
        "wrongChoices": sum(int(choice[i]) != row["choice"] for i, row in enumerate(rows)),
    }
print(json.dumps(report))
