"""Evaluates with rliable, scipy and marl-eval what a Node test hands over as a JSON file; prints one JSON object."""

import contextlib
import json
import sys

import numpy as np

with contextlib.redirect_stdout(sys.stderr):
    import arch.bootstrap
    from marl_eval.utils.data_processing_utils import create_matrices_for_rliable, data_process_pipeline
    from marl_eval.utils.diagnose_data_errors import DiagnoseData
    from rliable import library, metrics
    from scipy import stats

# rliable 1.2.0 was written for arch 5, whose bootstrap took `random_state`; it draws from NumPy's global generator anyway.
without_seed = arch.bootstrap.IIDBootstrap.__init__


def accept_random_state(self, *args, random_state=None, **kwargs):
    without_seed(self, *args, **kwargs)


arch.bootstrap.IIDBootstrap.__init__ = accept_random_state

given = json.load(open(sys.argv[1]))
x = np.array(given["x"]).T  # runs x tasks
y = np.array(given["y"]).T
thresholds = np.array(given["thresholds"])
report = {
    "iqm": metrics.aggregate_iqm(x),
    "trimMean": stats.trim_mean(x, 0.25, axis=None),
    "mean": metrics.aggregate_mean(x),
    "median": metrics.aggregate_median(x),
    "optimalityGap": metrics.aggregate_optimality_gap(x, 1.0),
    "improvement": metrics.probability_of_improvement(x, y),
    "mannWhitney": np.mean(
        [stats.mannwhitneyu(x[:, t], y[:, t]).statistic / (len(x) * len(y)) for t in range(x.shape[1])]
    ),
    "profile": [library.run_score_deviation(x, tau) for tau in thresholds],
}
np.random.seed(1)
aggregate = lambda scores: np.array([metrics.aggregate_iqm(scores), metrics.aggregate_mean(scores)])
_, intervals = library.get_interval_estimates({"x": x}, aggregate, reps=given["reps"])
report["intervals"] = intervals["x"].T.tolist()
pairs = {"x,y": (x, y)}
_, improvement = library.get_interval_estimates(pairs, metrics.probability_of_improvement, reps=given["pairReps"])
report["improvementInterval"] = improvement["x,y"].T.tolist()[0]
paired = x[:, 0] - y[:, 0]
interval = stats.bootstrap((paired,), np.mean, n_resamples=given["reps"], method="percentile", rng=1).confidence_interval
report["pairedInterval"] = [interval.low, interval.high]

with contextlib.redirect_stdout(sys.stderr):
    data = given["marlEval"]
    report["checks"] = DiagnoseData(data).check_data()
    processed = data_process_pipeline(raw_data=data, metrics_to_normalize=["utility"])
    metric_dictionary, _ = create_matrices_for_rliable(
        data_dictionary=processed, environment_name="spacecloud", metrics_to_normalize=["utility"]
    )
environment = processed["spacecloud"]
task = next(iter(environment))
report["marlEval"] = {
    "tasks": list(environment),
    "algorithms": list(environment[task]),
    "matrices": {name: list(np.shape(matrix)) for name, matrix in metric_dictionary["mean_norm_utility"].items()},
    "absoluteMean": environment[task]["learned"]["run_1"]["absolute_metrics"]["mean_utility"],
    "lastStepMean": environment[task]["learned"]["run_1"]["step_2"]["mean_utility"],
}
print(json.dumps(report, default=float))
