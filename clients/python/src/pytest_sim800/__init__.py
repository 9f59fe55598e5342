# Firmware against an emulated SIM800 module: what a test uses.
# SPDX-License-Identifier: MIT
"""The module's world is changed, and looked at, by the same words that scenario files have (docs/control.md)."""
from .control import Control, Refused
from .modem import AtAnswer, Call, Clock, Command, Commands, Expectation, Fault, Modem, Sms
from .process import Launch, NotReady, Process, Run
from .servers import fixture

__all__ = ["AtAnswer", "Call", "Clock", "Command", "Commands", "Control", "Expectation", "Fault", "Launch", "Modem",
           "NotReady", "Process", "Refused", "Run", "Sms", "fixture"]
