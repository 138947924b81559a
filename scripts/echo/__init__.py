"""An Echo in software: it says to the skill what an Echo would, and obeys what an Echo would.

    echo = Echo(send, model, lengths_by(fetch))
    echo.say("open glute coach")        # -> Heard, its speech a question, its mic_open true
    echo.say("the pre-run routine")     # speech, then the stream starts
    echo.wait(40)                       # it plays; its events reach the skill in time
    echo.say("next")                    # held while the runner speaks, then played elsewhere
    echo.player.offset

Time is virtual. `device` is the Echo itself; `hearing` decides what reaches the skill,
`requests` writes it down, `rules` refuses an answer that Alexa would refuse, `speech` reads
what is said and `directives` what is to be done, `player` plays, `streams` knows how long a
stream is, `post` carries the player's events. `terminal` and `guidebook` put it on a screen.
"""
