"""`linekeeper prompt`: what callers hear: list and import audio files, and hear how the box says a text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json, show_listing
from appliance.config.contact_settings import box_paths, to_speech_settings
from appliance.config.lastgood import LastGood
from appliance.config.schema import Configuration
from appliance.contact.speech.programs import Patience
from appliance.contact.speech.prompt_folder import import_prompt, prompt_files
from appliance.contact.speech.sentences import fields, sentences
from appliance.contact.speech.sound import RATE_HZ, SAMPLE_BYTES, write_wav
from appliance.contact.speech.speaker import Speaker, engines
from appliance.errors import ContactError
from appliance.flow.commands import BUILTIN_PROMPT, Message
from appliance.flow.voices import usual_voice

FILE_COLUMNS = {"name": "prompt", "seconds": "seconds", "bytes": "bytes", "file": "file"}
SENTENCE_COLUMNS = {"prompt": "prompt", "takes": "takes", "sentence": "sentence"}
_LIMIT_S = 120.0
language_option = click.option("--language", help="Such as ko-KR; default: the box's.")


@click.group("prompt")
def command() -> None:
    """Prompts: audio files callers hear, and the box's own sentences.

    Example: linekeeper prompt import greeting.mp3
    """


@command.command("list")
@click.option("--builtin", is_flag=True, help="The box's own sentences instead of files.")
@language_option
@config_option
@json_option
def show_all(builtin: bool, language: str | None, config_file: Path, as_json: bool) -> None:
    """List the audio files a flow may name as PromptId, or the sentences every box knows.

    A flow plays a sentence by PromptId "builtin/<name>", with parameters as in builtin/queue_position?position=3.

    Example: linekeeper prompt list --builtin --language ko-KR
    """
    configuration = LastGood(config_file, keep=False).load().configuration
    if builtin:
        rows = _sentences(language or configuration.box.language)
        columns = SENTENCE_COLUMNS
    else:
        rows = [msgspec.to_builtins(found) for found in prompt_files(box_paths(configuration).prompts)]
        columns = FILE_COLUMNS
    show_listing(rows, columns, empty="no prompts; import one: linekeeper prompt import FILE", as_json=as_json)


@command.command("import")
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--name", help="Name of the prompt (one file only); default: the file's name without its ending.")
@click.option("--replace", is_flag=True, help="Replace a prompt of that name.")
@config_option
@json_option
def import_files(files: tuple[Path, ...], name: str | None, replace: bool, config_file: Path, as_json: bool) -> None:
    """Convert audio files (wav, mp3, ogg, flac, opus, raw µ-law, …) and put them into the box.

    A file is also what stands for a cloud prompt or an S3 object of the same name. Calls under way hear the old one.

    Example: linekeeper prompt import CustomerQueue.wav --name CustomerQueue
    """
    if name is not None and len(files) > 1:
        raise click.UsageError("--name goes with one file")
    folder = box_paths(LastGood(config_file, keep=False).load().configuration).prompts
    found = [import_prompt(folder, file, name or file.stem, replace=replace) for file in files]
    if as_json:
        show_json(msgspec.to_builtins(found))
        return
    for prompt in found:
        click.echo(f"prompt {prompt.name} is there ({prompt.seconds} s)")


@command.command("say")
@click.argument("text")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The WAV file to write.")
@click.option("--ssml", is_flag=True, help="TEXT is SSML.")
@language_option
@click.option("--voice", help="A flow's voice name, such as Seoyeon; default: the usual one of the language.")
@config_option
@json_option
def say(
    *, text: str, output: Path, ssml: bool, language: str | None, voice: str | None, config_file: Path, as_json: bool
) -> None:
    """Write TEXT (- for standard input, or builtin/NAME) as callers would hear it. The box need not run.

    Example: linekeeper prompt say "Please hold." --language en-GB --output hold.wav
    """
    configuration = LastGood(config_file, keep=False).load().configuration
    spoken = language or configuration.box.language
    words = sys.stdin.read() if text == "-" else text
    message = _message(words, spoken, voice or usual_voice(spoken), ssml=ssml)
    seconds = _speak(configuration, message, output)
    if as_json:
        show_json({"output": str(output), "seconds": seconds, "language": spoken, "voice": message.voice})
    else:
        click.echo(f"wrote {output} ({seconds} s, {spoken}, {message.voice})")


def _sentences(language: str) -> list[dict[str, Any]]:
    return [
        {"prompt": f"{BUILTIN_PROMPT}{name}", "takes": ", ".join(fields(sentence)), "sentence": sentence}
        for name, sentence in sentences(language).items()
    ]


def _message(words: str, language: str, voice: str, *, ssml: bool) -> Message:
    if words.startswith(BUILTIN_PROMPT):
        return Message(prompt=words, language=language, voice=voice)
    if ssml:
        return Message(ssml=words, language=language, voice=voice)
    return Message(text=words, language=language, voice=voice)


def _speak(configuration: Configuration, message: Message, output: Path) -> float:
    settings = to_speech_settings(configuration, box_paths(configuration))
    speaker = Speaker(settings, engines(settings))
    try:
        pcm = speaker.speak(message, Patience(_LIMIT_S)).pcm
        write_wav(output, pcm)
    except OSError as error:
        raise ContactError(f"{output} can't be written: {error.strerror}; choose another place") from error
    finally:
        speaker.close()
    return round(len(pcm) / RATE_HZ / SAMPLE_BYTES, 1)
