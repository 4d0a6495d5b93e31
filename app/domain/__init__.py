"""Rules as pure functions: no database, no web, no clock. The caller says what day it is."""
