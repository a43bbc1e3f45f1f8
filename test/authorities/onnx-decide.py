"""Runs graphs of a bundle folder in onnxruntime on decisions that a Node test hands over; prints one JSON object.

The hand-over is JSON: per graph file its inputs, as flat lists with dimensions, and the types they have.
"""

import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

folder = pathlib.Path(sys.argv[1])
given = json.loads(pathlib.Path(sys.argv[2]).read_text())
report = {}
for file, inputs in given.items():
    onnx.checker.check_model(onnx.load(str(folder / file)), full_check=True)
    session = onnxruntime.InferenceSession(str(folder / file), providers=["CPUExecutionProvider"])
    feeds = {name: np.array(x["data"], x["type"]).reshape(x["dims"]) for name, x in inputs.items()}
    names = [output.name for output in session.get_outputs()]
    results = dict(zip(names, session.run(names, feeds)))
    report[file] = {name: [float(x) for x in value.ravel()] for name, value in results.items()}
print(json.dumps(report))
