"""``sonogate evaluate``: measure the stages against photos whose truth is known."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sonogate.cli import evaluate_study
from sonogate.cli.factory import read_policy


class LocatorName(StrEnum):
    """Which locator is measured."""

    LEARNED = "learned"
    CLASSICAL = "classical"
    GATE = "gate"


def register(app: typer.Typer) -> None:
    """Add the group of commands to ``app``."""
    group = typer.Typer(
        name="evaluate", help="Measure stages against a known truth.", no_args_is_help=True
    )
    app.add_typer(group)
    evaluate_study.register(group)

    @group.callback()
    def choose() -> None:
        """Measure stages against photos whose truth is known."""

    @group.command()
    def localisation(
        dataset: Annotated[Path, typer.Argument(help="Folder of photos.", show_default=False)],
        truth: Annotated[
            Path | None, typer.Option(help="Corners by file name; DATASET/truth.toml by default.")
        ] = None,
        locator: Annotated[
            LocatorName, typer.Option(help="Which; gate is both, as photos are assessed.")
        ] = LocatorName.LEARNED,
        refined: Annotated[
            bool, typer.Option("--refined/--unrefined", help="Refine on the full photo.")
        ] = True,
        page: Annotated[
            Path | None, typer.Option(help="Where a page of the worst photos is written, PNG.")
        ] = None,
        policy: Annotated[
            Path | None, typer.Option(help="A policy file instead of the package's.")
        ] = None,
    ) -> None:
        """Print how well displays are found, by stratum, and write the worst cases."""
        import cv2  # noqa: PLC0415

        from sonogate.evaluate import gallery  # noqa: PLC0415
        from sonogate.evaluate import localisation as measured  # noqa: PLC0415
        from sonogate.evaluate.localisation_set import read_dataset  # noqa: PLC0415
        from sonogate.gate import load_locator  # noqa: PLC0415
        from sonogate.onnx.locator import LearnedLocator  # noqa: PLC0415
        from sonogate.screen import ClassicalLocator, ScreenLocator  # noqa: PLC0415

        rules = read_policy(policy)
        chosen: ScreenLocator = load_locator(rules)
        if locator is LocatorName.LEARNED:
            learned = rules.screen.locator
            chosen = LearnedLocator(learned, least_presence=rules.screen.least_presence)
        elif locator is LocatorName.CLASSICAL:
            chosen = ClassicalLocator(rules.screen)
        photos = read_dataset(dataset, rules, truth)
        outcomes = measured.run(photos, chosen, rules, refined=refined)
        typer.echo(measured.as_table(measured.summarise(outcomes)))
        if page is not None:
            again = read_dataset(dataset, rules, truth)
            drawn = gallery.worst_page(again, outcomes)
            cv2.imwrite(str(page), cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR))

    @group.command()
    def realism(
        simulated: Annotated[
            Path, typer.Argument(help="Folder of simulated photos.", show_default=False)
        ],
        real: Annotated[Path, typer.Argument(help="Folder of real photos.", show_default=False)],
        out: Annotated[Path, typer.Option(help="Folder for the report.", show_default=False)],
        make: Annotated[
            int, typer.Option(min=0, help="First write this many photos to SIMULATED.")
        ] = 0,
        seed: Annotated[int, typer.Option(min=0, help="Of the photos that are made.")] = 0,
        scenery: Annotated[
            Path | None,
            typer.Option(help="Folder with backgrounds/ and environments/, for making."),
        ] = None,
    ) -> None:
        """Tell real from simulated photos by their patches, and say what gives them away."""
        from sonogate.evaluate import realism as compared  # noqa: PLC0415
        from sonogate.evaluate import realism_report, realism_set  # noqa: PLC0415

        rules = read_policy(None)
        if make:
            realism_set.write_photos(simulated, make, seed, scenery)
        own = compared.read_pictures(real, rules)
        made = compared.read_pictures(simulated, rules)
        result = compared.compare(compared.collect(own, made))
        realism_report.write(out, result, own, made)
        typer.echo(realism_report.as_section(result))

    _register_masking(group)
    _register_quality(group)


def _register_masking(group: typer.Typer) -> None:
    @group.command()
    def masking(
        count: Annotated[int, typer.Option(min=1, help="Photos to make and mask.")] = 40,
        seed: Annotated[int, typer.Option(min=0, help="Seed of the first photo.")] = 0,
        megapixels: Annotated[float, typer.Option(min=0.5, max=50, help="Size of a photo.")] = 4.0,
        policy: Annotated[
            Path | None, typer.Option(help="A policy file instead of the package's.")
        ] = None,
        tesseract: Annotated[
            bool, typer.Option("--tesseract", help="Let Tesseract look for what was left.")
        ] = False,
        fitted: Annotated[
            bool,
            typer.Option(
                "--fitted", help="Make each photo as large as its screen needs, MEGAPIXELS at most."
            ),
        ] = False,
        sheet: Annotated[
            Path | None, typer.Option(help="PNG of the hundred pictures to look at first.")
        ] = None,
    ) -> None:
        """Print leaks of identifiers on simulated photos, by ink, and what masking costs."""
        import cv2  # noqa: PLC0415

        from sonogate.evaluate import masking as measured  # noqa: PLC0415
        from sonogate.evaluate import masking_photos, masking_report  # noqa: PLC0415
        from sonogate.gate import default_gate  # noqa: PLC0415

        rules = read_policy(policy)
        gate = default_gate(rules)
        accepts = measured.gate_accepts(gate)
        seeds = range(seed, seed + count)
        if fitted:
            photos = masking_photos.near_enough(seeds, megapixels, rules)
        else:
            unit = (megapixels * 1e6 / 12) ** 0.5
            photos = masking_photos.simulated(
                seeds, (4 * round(unit), 4 * round(0.75 * unit)), rules
            )
        outcomes = [
            measured.judge(one, gate.reader, rules, accepts=accepts, tesseract=tesseract)
            for one in photos
        ]
        typer.echo(masking_report.as_table(outcomes))
        if sheet is not None:
            drawn = masking_report.worst_sheet(outcomes)
            cv2.imwrite(str(sheet), cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR))


def _register_quality(group: typer.Typer) -> None:
    @group.command()
    def quality(
        dataset: Annotated[
            Path, typer.Argument(help="Folder of simulated photos.", show_default=False)
        ],
        out: Annotated[Path, typer.Option(help="Folder for the report.", show_default=False)],
        split: Annotated[
            str, typer.Option(help="train, validation, test, or all of them.")
        ] = "test",
        located: Annotated[
            bool,
            typer.Option(
                "--located/--true-corners", help="Find the screens, or take them from the truth."
            ),
        ] = False,
        policy: Annotated[
            Path | None, typer.Option(help="A policy file instead of the package's.")
        ] = None,
    ) -> None:
        """Compare measures, fidelity and verdicts with the truth: Parquet, plots, one page."""
        from sonogate.evaluate import quality_command  # noqa: PLC0415

        rules = read_policy(policy)
        chosen = None if split == "all" else split
        found = quality_command.evaluate(dataset, out, rules, chosen, located, typer.echo)
        typer.echo(found)

    @group.command()
    def calibrate(
        dataset: Annotated[
            Path,
            typer.Argument(
                help="Folder of simulated photos, or photos.parquet of an evaluation.",
                show_default=False,
            ),
        ],
        out: Annotated[Path, typer.Option(help="The new policy file.", show_default=False)],
        version: Annotated[str, typer.Option(help="Of the new policy.", show_default=False)],
        split: Annotated[
            str, typer.Option(help="train, validation, test, or all of them.")
        ] = "validation",
        policy: Annotated[
            Path | None, typer.Option(help="A policy file to start from, instead of the package's.")
        ] = None,
    ) -> None:
        """Choose the least fidelity that keeps the bad rare among the accepted.

        A new policy is written only when the allowed risk is certified; exit code 1 otherwise.
        """
        from sonogate.evaluate import quality_command  # noqa: PLC0415

        chosen = None if split == "all" else split
        told, text = quality_command.calibrate(
            dataset, policy, read_policy(policy), chosen, version, typer.echo
        )
        typer.echo(told)
        if text is None:
            raise typer.Exit(1)
        out.write_text(text, "utf-8")
