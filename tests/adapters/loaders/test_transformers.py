"""A real Trainer, a tiny model: counted is what the model was trained on, to the sample, also after a resumption."""

import copy
import json
import pickle
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

pytest.importorskip("torch", reason="needs torch, which the extra `torch` brings")
pytest.importorskip("transformers", reason="needs transformers, which the extra `transformers` brings")

import torch
from transformers import Trainer, TrainerCallback, TrainingArguments, set_seed

from provenance import Seen
from provenance.adapters.loaders.packed import pack
from provenance.adapters.loaders.scored import ORIGINS, make_scored
from provenance.adapters.transformers import FILE, SeenCallback, TakeOff
from provenance.errors import ConfigError

N_SAMPLES, BATCH = 44, 4  # eleven batches: the last step of an epoch has fewer to accumulate


class Tiny(torch.nn.Module):
    """Its forward takes no other inputs than these; `trained` lists the samples it was trained on."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = torch.nn.Embedding(64, 4)
        self.head = torch.nn.Linear(4, 64)
        self.trained: list[int] = []

    def forward(self, input_ids: torch.Tensor, labels: torch.Tensor | None = None) -> dict[str, torch.Tensor]:
        if self.training:
            self.trained += input_ids[:, 0].tolist()
        logits = self.head(self.embed(input_ids))
        targets = input_ids if labels is None else labels
        return {"loss": torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten()), "logits": logits}


class Samples(torch.utils.data.Dataset[dict[str, Any]]):
    """Sample i begins with token i, has i % 5 + 1 tokens, and is of the origin ORIGINS[i % 4]."""

    def __init__(self, form: str, numbers: range = range(N_SAMPLES)) -> None:
        self.form, self.numbers = form, numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, place: int) -> dict[str, Any]:
        number = self.numbers[place]
        sample: dict[str, Any] = {"input_ids": [number] + [1] * (number % 5)}
        if self.form == "columns":
            return sample | {"origin": ORIGINS[number % 4], "ai_score": 0.5, "n_words": number, "text": "..."}
        if self.form == "packed":
            scored = make_scored(1, origin=[number % 4], ai_score=[0.5], n_words=[number])
            return sample | {
                "provenance": torch.from_numpy(pack(scored, np.ones(1), stream=0, block=0, offsets=np.zeros(1)))[0]
            }
        return sample


def pad(samples: list[dict[str, Any]]) -> dict[str, Any]:
    """What a user's collator does: it takes what it knows and nothing else."""
    assert not {"provenance", "origin", "ai_score"} & set(samples[0])
    ids = torch.zeros(len(samples), 5, dtype=torch.long)
    for row, sample in enumerate(samples):
        ids[row, : len(sample["input_ids"])] = torch.tensor(sample["input_ids"])
    return {"input_ids": ids, "labels": ids.clone()}


def make_arguments(folder: Path, **options: Any) -> TrainingArguments:
    given = {
        "output_dir": str(folder),
        "per_device_train_batch_size": BATCH,
        "per_device_eval_batch_size": BATCH,
        "gradient_accumulation_steps": 2,
        "num_train_epochs": 2,
        "logging_steps": 3,
        "save_steps": 4,
        "remove_unused_columns": False,
        "report_to": [],
        "disable_tqdm": True,
        "use_cpu": True,
        "seed": 1,
    }
    return TrainingArguments(**(given | options))


def make_trainer(folder: Path, seen: Seen, form: str = "columns", **options: Any) -> tuple[Trainer, Tiny]:
    set_seed(1)
    model = Tiny()
    trainer = Trainer(
        model=model,
        args=make_arguments(folder, **options),
        train_dataset=Samples(form),
        eval_dataset=Samples(form, range(N_SAMPLES, N_SAMPLES + 8)),
        data_collator=seen.collate(pad),
        callbacks=[SeenCallback(seen)],
    )
    return trainer, model


def check(seen: Seen, trained: list[int]) -> None:
    """Documents, words and tokens of each origin are those of the samples that the model was trained on."""
    times = Counter(trained)
    found = {row["origin"]: [0, 0, 0] for row in seen.table().iter_rows(named=True)}
    for row in seen.table().iter_rows(named=True):
        for place, name in enumerate(("n_documents", "n_words", "n_tokens")):
            found[row["origin"]][place] += row[name]
    for code, origin in enumerate(ORIGINS):
        own = {number: n for number, n in times.items() if number % 4 == code}
        words = sum(number * n for number, n in own.items())
        tokens = sum((number % 5 + 1) * n for number, n in own.items())
        assert found[origin] == [sum(own.values()), words, tokens]


@pytest.mark.parametrize(("form", "n_workers"), [("columns", 0), ("packed", 2)])
def test_counted_is_what_the_model_was_trained_on(tmp_path: Path, form: str, n_workers: int) -> None:
    seen = Seen(tokens="input_ids")
    options = {"dataloader_num_workers": n_workers, "eval_strategy": "steps", "eval_steps": 5, "max_steps": 9}
    trainer, model = make_trainer(tmp_path, seen, form, **options)
    trainer.evaluate()
    trainer.train()
    trainer.evaluate()
    assert len(model.trained) == 17 * BATCH  # one epoch of 11 batches, then 3 steps of 2: what was prefetched is not in
    check(seen, model.trained)
    by_epoch = seen.table().group_by("epoch", maintain_order=True).agg(n=pl.col("n_documents").sum())
    assert by_epoch.rows() == [(0, N_SAMPLES), (1, 6 * BATCH)]


class Interrupt(TrainerCallback):
    """Stops a training for good after so many steps, as a signal would."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step == self.step:
            raise KeyboardInterrupt


@pytest.mark.parametrize(("save_steps", "stop_at"), [(4, 5), (6, 8), (5, 12)])  # in an epoch, at its end, beyond
def test_counts_go_on_with_the_checkpoint(tmp_path: Path, save_steps: int, stop_at: int) -> None:
    whole = Seen(tokens="input_ids")
    trainer, model = make_trainer(tmp_path / "whole", whole, save_strategy="no", num_train_epochs=3)
    trainer.train()
    expected = model.trained

    first = Seen(tokens="input_ids")
    trainer, model = make_trainer(tmp_path / "cut", first, save_steps=save_steps, num_train_epochs=3)
    trainer.add_callback(Interrupt(stop_at))
    with pytest.raises(KeyboardInterrupt):
        trainer.train()
    seen = Seen(tokens="input_ids")
    trainer, model = make_trainer(
        tmp_path / "cut", seen, save_steps=save_steps, num_train_epochs=3, dataloader_num_workers=2
    )
    trainer.train(resume_from_checkpoint=True)
    assert expected[-len(model.trained) :] == model.trained
    assert len(model.trained) < len(expected)
    check(seen, expected)
    assert seen.counts().equals(whole.counts())
    assert seen.state_dict()["sample"] == whole.state_dict()["sample"]


def test_a_training_that_begins_again_counts_from_its_beginning(tmp_path: Path) -> None:
    """So does a Trainer that looks for a batch size that fits (auto_find_batch_size)."""
    seen, interrupt = Seen(tokens="input_ids"), Interrupt(3)
    trainer, model = make_trainer(tmp_path, seen, max_steps=5)
    trainer.add_callback(interrupt)
    with pytest.raises(KeyboardInterrupt):
        trainer.train()
    trainer.remove_callback(interrupt)
    model.trained.clear()
    trainer.train()
    assert len(model.trained) == 10 * BATCH
    check(seen, model.trained)


def test_every_checkpoint_holds_its_own_counts(tmp_path: Path) -> None:
    seen = Seen(tokens="input_ids")
    trainer, model = make_trainer(tmp_path, seen, save_strategy="epoch")
    trainer.train()
    for step, n_documents in ((6, N_SAMPLES), (12, 2 * N_SAMPLES)):
        content = json.loads((tmp_path / f"checkpoint-{step}" / FILE).read_text())
        assert content["ratio"][0]["n_documents"] == n_documents
    check(Seen.load(tmp_path / "checkpoint-6" / FILE), model.trained[:N_SAMPLES])


def test_ranks_that_are_no_more_are_taken_up_by_the_first(tmp_path: Path) -> None:
    trainer, _ = make_trainer(tmp_path, Seen(tokens="input_ids"), save_steps=6, max_steps=6)
    trainer.train()
    gone = Seen(rank=1)
    gone.update({"origin": ["human"] * 5})
    gone.save(tmp_path / "checkpoint-6" / "seen-1.json")
    seen = Seen(tokens="input_ids")
    trainer, _ = make_trainer(tmp_path, seen, save_steps=100)
    trainer.train(resume_from_checkpoint=True)
    by_rank = seen.table().group_by("rank", maintain_order=True).agg(n=pl.col("n_documents").sum())
    assert by_rank.rows() == [(0, 2 * N_SAMPLES), (1, 5)]


def test_a_checkpoint_without_counts_is_warned_of(tmp_path: Path) -> None:
    trainer, _ = make_trainer(tmp_path, Seen(), save_steps=6, max_steps=6)
    trainer.train()
    (tmp_path / "checkpoint-6" / FILE).unlink()
    seen = Seen()
    trainer, model = make_trainer(tmp_path, seen, max_steps=8)
    with pytest.warns(UserWarning, match="counted from here"):
        trainer.train(resume_from_checkpoint=True)
    assert seen.table()["n_documents"].sum() == len(model.trained)


class Logger(TrainerCallback):
    def __init__(self) -> None:
        self.logs: list[dict[str, Any]] = []

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        self.logs.append(dict(logs))


def test_attached_the_figures_reach_loggers_and_history(tmp_path: Path) -> None:
    seen, logger = Seen(tokens="input_ids"), Logger()
    model = Tiny()
    trainer = Trainer(
        model=model,
        args=make_arguments(tmp_path, max_steps=6),
        train_dataset=Samples("packed"),
        data_collator=pad,
        callbacks=[logger],
    )
    SeenCallback(seen).attach(trainer)
    assert trainer.data_collator([Samples("packed")[0]])["provenance"].dtype == torch.int64  # bits, which nobody rounds
    trainer.train()
    check(seen, model.trained)
    told = [logs for logs in logger.logs if "loss" in logs]
    assert [logs["provenance/n_documents"] for logs in told] == [6 * BATCH, N_SAMPLES]
    assert told[-1]["provenance/human_share"] == pytest.approx(0.25)
    history = [entry for entry in trainer.state.log_history if "loss" in entry]
    assert [entry["provenance/n_documents"] for entry in history] == [6 * BATCH, N_SAMPLES]


@pytest.mark.parametrize(
    ("form", "options"), [("none", {}), ("columns", {"remove_unused_columns": True, "label_names": ["labels"]})]
)
def test_a_training_in_which_nothing_is_counted_stops_at_its_first_step(
    tmp_path: Path, form: str, options: dict[str, Any]
) -> None:
    trainer, _ = make_trainer(tmp_path, Seen(), form, **options)
    with pytest.raises(ConfigError, match="remove_unused_columns=False"):
        trainer.train()
    assert trainer.state.global_step == 1


def test_numbers_that_were_cast_on_the_way_are_refused() -> None:
    model, batch = Tiny(), Samples("packed")[0]
    model.register_forward_pre_hook(TakeOff(Seen()), with_kwargs=True)
    with pytest.raises(ConfigError, match="attach"):
        model(input_ids=torch.tensor([batch["input_ids"]]), provenance=batch["provenance"][None].to(torch.bfloat16))


def test_after_training_the_model_can_be_copied_pickled_and_freed_of_the_hook(tmp_path: Path) -> None:
    seen = Seen(on_report=lambda figures: None)
    trainer, model = make_trainer(tmp_path, seen, max_steps=2)
    callback = next(one for one in trainer.callback_handler.callbacks if isinstance(one, SeenCallback))
    trainer.train()
    n_counted = seen.table()["n_documents"].sum()
    for made in (model, copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        made.train()
        made(**seen.collate(pad)([Samples("columns")[0]]))
    assert seen.table()["n_documents"].sum() == n_counted
    callback.remove()
    with pytest.raises(TypeError, match="provenance"):
        model(**seen.collate(pad)([Samples("columns")[0]]))


def test_a_plain_loop_counts_by_the_same_hook() -> None:
    seen, model = Seen(tokens="input_ids", on_report=lambda figures: None), Tiny()
    model.register_forward_pre_hook(TakeOff(seen), with_kwargs=True)
    loader = torch.utils.data.DataLoader(Samples("packed"), BATCH, collate_fn=seen.collate(pad))
    for batch in loader:
        model(**batch)["loss"].backward()
    average = copy.deepcopy(model)  # as of weights: what it is asked is not what the model is trained on
    average(**batch)
    pickle.loads(pickle.dumps(model))(**batch)
    model.eval()
    model(**batch)
    check(seen, model.trained)
    assert len(model.trained) == N_SAMPLES


def test_a_compiled_model_counts_too() -> None:
    seen, model = Seen(tokens="input_ids"), Tiny()
    model.register_forward_pre_hook(TakeOff(seen), with_kwargs=True)
    compiled = torch.compile(model, backend="eager")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for batch in torch.utils.data.DataLoader(Samples("columns"), BATCH, collate_fn=seen.collate(pad)):
            compiled(**batch)
    assert seen.table()["n_documents"].sum() == N_SAMPLES
