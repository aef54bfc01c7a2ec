"""Prints labels: a field for the text, a preview in the colour of the roll, and what was printed on standard output.

Return in the field, or a click on the preview, prints the label; the preview turns over to show it. Escape closes the
program, which then ends with 0. It ends with 3 when LABEL_COLOUR is no colour, and with 1 when there is no display.
"""
import os
import re
import sys
import tkinter

colour = os.environ.get("LABEL_COLOUR", "#2f7de1")
if not re.fullmatch("#[0-9a-fA-F]{6}", colour):
    print(f"labels: LABEL_COLOUR: {colour!r} is no colour such as #2f7de1", file=sys.stderr)
    sys.exit(3)
back = "#{:06x}".format(0xFFFFFF ^ int(colour[1:], 16))

window = tkinter.Tk()
window.title("Labels")
window.geometry("480x320+0+0")
text = tkinter.Entry(window, font=("DejaVu Sans", 16))
text.pack(fill="x", padx=8, pady=8)
preview = tkinter.Frame(window, background=colour)
preview.pack(fill="both", expand=True, padx=8, pady=8)


def print_label(event=None):
    print(f"printed: {text.get()}", flush=True)
    text.delete(0, "end")
    preview["background"] = back if preview["background"] == colour else colour


text.bind("<Return>", print_label)
preview.bind("<Button-1>", print_label)
window.bind("<Escape>", lambda event: window.destroy())
text.focus_force()
window.mainloop()
