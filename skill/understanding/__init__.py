"""Understanding without Alexa: what somebody says or types, as an intent and its slots.

All of it comes from the interaction model that Alexa gets, so a new intent needs nothing here.
`words` brings sentences to plain words, `likeness` tells how alike words look and sound,
`samples` reads the model, `names` finds what slots can hold, `templates` matches samples word
for word, `nearest` finds the sample that a sentence is most like, `listening` asks them in turn.
"""
