"""Searches settings with Optuna (pip install optuna): each trial is one run of `spacecloud train`.

python examples/optuna_search.py TRAINING.yaml OUT_FOLDER [TRIALS] [COMMAND ...]

The training file needs an `evaluation` section: its seeds are kept for choices made during training. The objective is the
best utility found there; every evaluation is told to Optuna as an intermediate value. COMMAND defaults to `npx spacecloud`.
"""

import json
import pathlib
import subprocess
import sys

import optuna

training_file, out = sys.argv[1], pathlib.Path(sys.argv[2])
trials = int(sys.argv[3]) if len(sys.argv) > 3 else 10
command = sys.argv[4:] or ["npx", "spacecloud"]


def objective(trial: optuna.Trial) -> float:
    run = out / f"trial-{trial.number}"
    settings = {
        "--learning-rate": trial.suggest_float("learning_rate", 1e-4, 1e-2, log=True),
        "--epochs": trial.suggest_int("epochs", 1, 8),
        "--hidden": trial.suggest_categorical("hidden", [16, 32, 64]),
    }
    options = [str(part) for pair in settings.items() for part in pair]
    done = subprocess.run(
        [*command, "train", training_file, "--run", str(run), "--json", *options],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in (run / "evaluations.jsonl").read_text().splitlines():
        evaluation = json.loads(line)
        trial.report(evaluation["utility"], evaluation["decisions"])
    return json.loads(done.stdout)["best"]["utility"]


study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=1))
study.optimize(objective, n_trials=trials)
print(json.dumps({"utility": study.best_value, "settings": study.best_params}))
