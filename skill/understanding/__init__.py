"""Understanding without Alexa: what somebody says or types, as an intent and its slots.

All of it comes from the interaction model that Alexa gets, so a new intent needs nothing here.
`calling` takes off how the coach is called, `words` brings sentences to plain words, `likeness`
tells how alike words look and sound, `everyday` which are words of their own, and `samples` reads
the model. `slot_types` says what a slot can hold: the names that `names` finds, or the values of
Alexa's own types, which `numbers`, `durations` and `times` read. `templates` matches samples word
for word, `nearest` finds the sample that a sentence is most like, `listening` asks them in turn.
"""
