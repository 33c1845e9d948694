"""Which tests have to notice a change of which file: few and fast ones, run once for every mutant."""

from __future__ import annotations

_TRAINING = "tests/engine/training"
_SESSION = "tests/engine/session"
_RUNS = "tests/engine/runs"

SELECTION: dict[str, tuple[str, ...]] = {
    "engine/model/losses.py": ("tests/engine/model/test_losses.py",),
    "engine/optimisers/base.py": ("tests/engine/optimisers",),
    "engine/optimisers/momentum.py": ("tests/engine/optimisers",),
    "engine/optimisers/adaptive.py": ("tests/engine/optimisers",),
    "engine/optimisers/__init__.py": ("tests/engine/optimisers",),
    "engine/schedules/simple.py": ("tests/engine/schedules",),
    "engine/schedules/warm.py": ("tests/engine/schedules",),
    "engine/schedules/__init__.py": ("tests/engine/schedules",),
    "engine/training/gradient.py": (f"{_TRAINING}/test_gradient.py",),
    "engine/training/micro_batches.py": (f"{_TRAINING}/test_micro_batches.py",),
    "engine/training/evaluation.py": (f"{_TRAINING}/test_evaluation.py",),
    "engine/training/worker_pool.py": (
        f"{_TRAINING}/test_worker_pool_sharing.py",
        f"{_TRAINING}/test_worker_pool.py::test_helpers_change_no_number",
    ),
    "engine/training/shared_array.py": (f"{_TRAINING}/test_shared_array.py",),
    "engine/training/train_state.py": (f"{_TRAINING}/test_train_state.py",),
    "engine/training/restore_point.py": (f"{_TRAINING}/test_restore_point.py",),
    "engine/training/batches.py": (f"{_TRAINING}/test_batches.py",),
    "engine/training/stopping.py": (f"{_TRAINING}/test_stopping.py",),
    "engine/training/replay.py": (f"{_TRAINING}/test_replay.py",),
    "engine/training/trainer.py": (
        f"{_TRAINING}/test_against_twin.py::test_with_everything_at_once_every_step_is_the_twins[adam]",
        *(
            f"{_TRAINING}/test_trainer.py::test_{name}"
            for name in (
                "a_damaged_state_changes_nothing",
                "a_state_that_stands_where_no_run_can_is_refused",
                "an_array_of_another_size_changes_nothing",
                "live_settings_act_on_the_next_step",
                "every_image_is_seen_once_an_epoch",
                "averaged_weights_are_the_ones_that_are_used",
                "the_steps_left_are_those_that_will_be_taken",
                "after_a_loss_that_is_none_the_last_good_step_stands",
                "a_run_that_is_continued_in_a_later_epoch_takes_its_order",
                "back_at_its_best_moment_it_takes_the_same_steps_again",
                "every_other_processor_helps",
                "batches_are_cut_by_the_bytes_of_all_feature_maps",
                "a_moment_to_fall_back_on_is_kept_now_and_then_if_it_is_of_use",
            )
        ),
        f"{_TRAINING}/test_divergence.py::test_what_leaves_the_loss_finite_is_found_too",
        f"{_TRAINING}/test_divergence.py::test_what_is_no_longer_finite_is_named",
        f"{_TRAINING}/test_divergence.py::test_a_dead_unit_with_an_infinite_bias_is_noticed",
        f"{_TRAINING}/test_divergence.py::test_half_a_step_is_none[KeyboardInterrupt]",
        f"{_TRAINING}/test_divergence.py::test_divergence_right_after_resuming_goes_back_as_without_a_break",
        f"{_TRAINING}/test_divergence.py::test_validation_is_a_proof_too",
        f"{_TRAINING}/test_divergence.py::test_an_old_checkpoint_and_a_spoilt_one",
        f"{_TRAINING}/test_stopping.py::test_the_best_moment_comes_back_whole_also_through_a_checkpoint",
        f"{_TRAINING}/test_replay.py::test_looking_changes_nothing_and_the_future_is_known",
        f"{_TRAINING}/test_replay.py::test_what_determined_the_newest_step_is_known",
        f"{_TRAINING}/test_replay.py::test_settings_that_were_changed_and_changed_back_are_remembered",
        f"{_TRAINING}/test_replay.py::test_the_gradient_is_the_one_that_the_step_used",
        f"{_TRAINING}/test_replay.py::test_steps_that_cannot_be_known_are_refused_in_words",
    ),
    "engine/session/channel.py": (f"{_SESSION}/test_channel.py",),
    "engine/session/capture.py": (f"{_SESSION}/test_capture.py",),
    "engine/training/checkpoint.py": (f"{_TRAINING}/test_checkpoint.py",),
    "engine/session/side_evaluation.py": (f"{_SESSION}/test_side_evaluation.py",),
    "engine/session/kept.py": (f"{_SESSION}/test_kept.py",),
    "engine/session/loop.py": (
        f"{_SESSION}/test_loop_promises.py",
        f"{_SESSION}/test_loop_files.py",
        f"{_SESSION}/test_loop_errors.py",
        f"{_SESSION}/test_stops_by_itself.py",
    ),
    "engine/session/showing.py": (f"{_SESSION}/test_showing.py",),
    "engine/session/recording.py": (f"{_SESSION}/test_recording.py", f"{_SESSION}/test_loop_files.py"),
    "engine/session/problems.py": (f"{_SESSION}/test_problems.py",),
    "engine/runs/keeping.py": (f"{_RUNS}/test_keeping.py",),
    "engine/runs/record.py": (f"{_RUNS}/test_record.py",),
    "engine/runs/folder.py": (f"{_RUNS}/test_folder.py",),
    "engine/runs/hold.py": (f"{_RUNS}/test_hold.py",),
    "engine/runs/writer.py": (f"{_RUNS}/test_writer.py",),
    "engine/runs/destination.py": (f"{_RUNS}/test_destination.py",),
    "engine/runs/bin.py": (f"{_RUNS}/test_bin.py",),
    "engine/runs/pending.py": (f"{_RUNS}/test_pending.py",),
    "engine/runs/recorder.py": (
        *(
            f"{_RUNS}/test_recorder.py::test_{name}"
            for name in (
                "everything_is_read_back",
                "a_run_that_is_gone_on_with_knows_its_past_and_no_future",
                "the_second_program_is_told_who_writes",
                "the_status_follows_from_time_to_time",
                "a_run_is_copied_as_it_stands",
                "another_data_set_is_told_when_a_run_is_gone_on_with",
                "a_killed_run_says_how_far_it_was",
                "a_run_that_takes_no_step_leaves_nothing",
                "what_lies_in_the_folder_is_known_before_and_after_it_is_begun",
            )
        ),
        f"{_RUNS}/test_recorder_disk.py",
    ),
    "engine/model/container.py": ("tests/engine/model/test_container.py",),
    "engine/model/model_file.py": ("tests/engine/model/test_model_file.py",),
    "engine/io/files.py": ("tests/engine/io/test_files.py", "tests/engine/io/test_files_killed.py"),
    "gui/run/run_control.py": ("tests/gui/run/test_run_control.py",),
    "gui/run/kept_run.py": ("tests/gui/run/test_kept_run_offer.py",),
    "gui/run/session_bridge.py": ("tests/gui/run/test_session_bridge.py",),
}
"""The files that are mutated, and the tests that run against each mutant."""
