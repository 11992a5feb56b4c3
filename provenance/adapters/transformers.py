"""What a model was trained on, counted inside a `transformers.Trainer`, or in any loop around a torch module.

counted = SeenCallback(provenance.Seen(tokens="input_ids"))
trainer = Trainer(..., args=TrainingArguments(..., remove_unused_columns=False))
counted.attach(trainer)          # or data_collator=seen.collate(collator), callbacks=[SeenCallback(seen)]
trainer.train()

Callbacks of a Trainer see no inputs, and its loader prefetches. So the collate function puts what is known of the
samples into the batch as one tensor, and a hook takes it off again where the batch enters the model: there, while the
model is in training, it is counted. Written for transformers 5.23.
"""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from transformers import Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

from provenance.adapters.loaders.packed import FIELD
from provenance.adapters.seen import Seen
from provenance.adapters.seen.collate import Collator
from provenance.adapters.seen.rows import TOKENS_FIELD
from provenance.errors import ConfigError

FILE = "seen.json"


class TakeOff:
    """A forward pre-hook that takes the score fields off a model's inputs, and counts them while it is in training.

    `model.register_forward_pre_hook(TakeOff(seen), with_kwargs=True)`: then `model(**batch)` counts the batch. A copy
    or a pickle of the model takes the fields off and counts nothing.
    """

    def __init__(self, seen: Seen | None = None) -> None:
        self.seen = seen
        self.n_batches = 0

    def __call__(
        self, module: torch.nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The inputs without the fields."""
        fields = {name: kwargs[name] for name in (FIELD, TOKENS_FIELD) if name in kwargs}
        if fields and module.training and self.seen is not None:
            self._count(fields)
        return args, {name: value for name, value in kwargs.items() if name not in fields}

    def __getstate__(self) -> dict[str, object]:
        return {"seen": None, "n_batches": 0}

    @torch.compiler.disable  # type: ignore[untyped-decorator]  # counting is no part of the model's graph
    def _count(self, fields: Mapping[str, Any]) -> None:
        packed = fields[FIELD]
        if packed.dtype not in (torch.float64, torch.int64):
            raise ConfigError(
                f"`{FIELD}` was cast to {packed.dtype} on its way to the model, which rounds what is counted; "
                "use SeenCallback.attach(trainer), which sends bits instead of numbers"
            )
        if self.seen is not None:
            self.seen.update(dict(fields))
        self.n_batches += 1


class SeenCallback(TrainerCallback):
    """Counts in `seen` the samples that a Trainer trains its model on: not those of evaluations, nor prefetched ones.

    Counts lie in each checkpoint as `seen.json` (of other ranks than 0: `seen-RANK.json`), and go on from there when
    training is resumed; `checkpoint` names the folder where it is not the Trainer's own. Figures (`Seen.figures`, of
    rank 0) join the logs of losses. Raises ConfigError on the first step if nothing could be counted.
    """

    def __init__(self, seen: Seen, *, checkpoint: Path | str | None = None) -> None:
        self.seen = seen
        self._checkpoint = None if checkpoint is None else Path(checkpoint)
        self._hook = TakeOff()
        self._handles: list[tuple[torch.nn.Module, Any]] = []
        self._before: dict[str, Any] | None = None  # what was counted when a training began that has not ended
        self._is_first_epoch = True

    def attach(self, trainer: Trainer) -> "SeenCallback":
        """Joins a Trainer, before its loggers, so that their dashboards show the figures; wraps its data_collator."""
        trainer.data_collator = Collator(trainer.data_collator, self.seen.tokens, self.seen.declared, bits=True)
        trainer.callback_handler.callbacks.insert(0, self)
        self._hook_into(trainer.model)
        return self

    def remove(self) -> None:
        """Takes the hook off the model; batches with score fields do not pass it any more."""
        for _, handle in self._handles:
            handle.remove()
        self._handles = []

    def on_init_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """An evaluation may come before training: the fields must be taken off there, too."""
        self._hook_into(kwargs.get("model"))

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Begins to count, on top of the checkpoint's counts in a resumed training."""
        self._hook_into(kwargs["model"])
        self.seen.rank = args.process_index
        self.seen.adopt(kwargs.get("train_dataloader"))
        if self._before is not None:  # begun again without an end: a smaller batch size was looked for
            self.seen.load_state_dict(self._before)
        if state.global_step > 0:
            self._load(args, state)
        self._before = self.seen.state_dict()
        self._hook.seen, self._hook.n_batches, self._is_first_epoch = self.seen, 0, True

    def on_epoch_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """The next epoch, or the one that goes on. Not at an epoch's end: its log and checkpoint come after that."""
        begun = max(self.seen.epoch, int(state.epoch or 0))
        self.seen.set_epoch(begun if self._is_first_epoch else self.seen.epoch + 1)
        self._is_first_epoch = False

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Says at once when nothing is counted."""
        if self._hook.n_batches == 0:
            raise ConfigError(
                f"no batch had the field `{FIELD}`: samples need scores (ProvenanceDataset, or columns such as origin "
                "and ai_score), TrainingArguments(remove_unused_columns=False), and "
                "data_collator=seen.collate(collator) or SeenCallback.attach(trainer)"
            )

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Puts the figures beside the loss, in the logs and in the state's history."""
        logs = kwargs.get("logs")
        if logs is None or "loss" not in logs or not state.is_world_process_zero:
            return
        figures = self.seen.figures()
        logs.update(figures)
        state.log_history[-1].update(figures)

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Writes the counts into the checkpoint."""
        folder = _find_folder(args, state)
        if folder.is_dir():
            self.seen.save(folder / _name_file(self.seen.rank))
        else:
            warnings.warn(f"{folder}: no such checkpoint; what was seen is not saved", stacklevel=2)

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Stops counting; fields are still taken off for evaluations, until `remove`."""
        self._hook.seen, self._before = None, None

    def _hook_into(self, model: torch.nn.Module | None) -> None:
        if model is not None and all(hooked is not model for hooked, _ in self._handles):
            self._handles.append((model, model.register_forward_pre_hook(self._hook, with_kwargs=True)))

    def _load(self, args: TrainingArguments, state: TrainerState) -> None:
        """Counts of the checkpoint: this rank's own, and in rank 0 those of ranks that are no more."""
        named = [self._checkpoint, args.resume_from_checkpoint, _find_folder(args, state)]
        folders = [Path(folder) for folder in named if folder is not None]
        folder = next((folder for folder in folders if (folder / FILE).exists()), None)
        if folder is None:
            told = "name its folder, SeenCallback(seen, checkpoint=...)"
            warnings.warn(
                f"no {FILE} of the checkpoint at step {state.global_step}: counted from here; {told}", stacklevel=2
            )
            return
        files = [folder / _name_file(rank) for rank in _list_ranks(folder)]
        own = [path for rank, path in zip(_list_ranks(folder), files, strict=True) if _belongs(rank, args)]
        loaded = Seen(seed=self.seen.seed, max_sample=self.seen.max_sample, rank=self.seen.rank).merge(own)
        self.seen.load_state_dict(loaded.state_dict())


def _belongs(rank: int, args: TrainingArguments) -> bool:
    gone = args.process_index == 0 and rank >= args.world_size
    return bool(gone or rank == args.process_index)


def _list_ranks(folder: Path) -> list[int]:
    found = [path.stem.partition("-")[2] for path in folder.glob("seen*.json")]
    return sorted(int(rank or 0) for rank in found if rank.isdigit() or not rank)


def _name_file(rank: int) -> str:
    return FILE if rank == 0 else f"seen-{rank}.json"


def _find_folder(args: TrainingArguments, state: TrainerState) -> Path:
    return Path(args.output_dir) / f"{PREFIX_CHECKPOINT_DIR}-{state.global_step}"
