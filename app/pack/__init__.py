"""The pack for the meeting: one content, printed as PDF, as a workbook and as pictures for slides."""
