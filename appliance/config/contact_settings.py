"""Renders what contact processes need of the configuration; the result is their whole view of it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from appliance.config.address import edge_address
from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration
from appliance.contact.settings import ContactSettings, SpeechSettings, VoiceChoice

_MEGABYTE = 1_000_000
_RECORDINGS = "/usr/share/asterisk/sounds"  # where Debian's packages put them


def box_paths(configuration: Configuration) -> BoxPaths:
    """Where the box of `configuration` keeps its files."""
    return BoxPaths(data=configuration.box.data_dir, run=configuration.box.run_dir)


def to_contact_settings(configuration: Configuration, paths: BoxPaths) -> ContactSettings:
    """The settings of the zygote and its contact processes. Resolves `edge.address = "auto"` now."""
    contacts = configuration.contacts
    return ContactSettings(
        capacity=contacts.capacity,
        sip_port=contacts.sip_port,
        rtp_port=contacts.rtp_port,
        recycle_after=contacts.recycle_after,
        edge_port=configuration.edge.internal_port,
        media_address=edge_address(configuration),
        domain=configuration.edge.domain,
        region=configuration.box.region,
        language=configuration.box.language,
        recording_reserve_bytes=configuration.recording.reserve_mb * _MEGABYTE,
        spool=str(paths.spool),
        prompts=str(paths.prompts),
        dial_plan=str(paths.dial_plan),
        flows=str(paths.flows),
        directory=str(paths.directory),
        link_socket=str(paths.link_socket),
        speech=to_speech_settings(configuration, paths),
        functions=str(paths.functions),
        functions_socket=str(paths.functions_socket),
        functions_cache=str(paths.functions_cache),
        api_socket=str(paths.api_socket),
        no_recording=str(paths.no_recording),
    )


def to_speech_settings(configuration: Configuration, paths: BoxPaths) -> SpeechSettings:
    """How the box speaks."""
    speech = configuration.speech
    return SpeechSettings(
        parallel=speech.parallel,
        cache_bytes=speech.cache_mb * _MEGABYTE,
        recordings=_RECORDINGS if speech.human_voices else "",
        models=str(paths.data / speech.models_dir),
        voices=tuple(
            VoiceChoice(
                language=voice.language,
                engine=voice.engine,
                model=voice.model or "",
                voice=voice.voice or "",
                speaker=voice.speaker,
            )
            for voice in speech.voices
        ),
    )


def write_contact_settings(configuration: Configuration, paths: BoxPaths) -> Path:
    """Write `paths.contact_settings`, replaced by rename so that a reader never sees half a file."""
    target = paths.contact_settings
    fresh = target.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(to_contact_settings(configuration, paths)))
    return fresh.replace(target)
