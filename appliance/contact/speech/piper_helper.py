"""The process that holds one Piper model: reads orders from standard input, writes samples to standard output.

Run by `piper.Piper` as `python -m appliance.contact.speech.piper_helper MODEL.onnx`; ends with its input.
"""

from __future__ import annotations

import sys
from typing import BinaryIO

import msgspec
from piper import PiperVoice, SynthesisConfig

from appliance.contact.speech.piper import Order


def serve(voice: PiperVoice, orders: BinaryIO, sounds: BinaryIO) -> None:
    """Answer every order with rate, length (4 bytes each, big endian) and samples, until the input ends."""
    rate_hz = voice.config.sample_rate
    while header := orders.read(4):
        order = msgspec.json.decode(orders.read(int.from_bytes(header, "big")), type=Order)
        speaker = order.speaker if voice.config.num_speakers > 1 else None
        manner = SynthesisConfig(speaker_id=speaker, length_scale=order.length_scale)
        pcm = b"".join(chunk.audio_int16_bytes for chunk in voice.synthesize(order.text, syn_config=manner))
        sounds.write(rate_hz.to_bytes(4, "big") + len(pcm).to_bytes(4, "big") + pcm)
        sounds.flush()


if __name__ == "__main__":
    serve(PiperVoice.load(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
