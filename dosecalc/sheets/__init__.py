"""Sheets to print and sign: a draft directive, a dispensing worksheet, an administration record, labels."""
