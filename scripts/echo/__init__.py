"""An Echo in software: it says to the skill what an Echo would, and obeys what an Echo would.

    echo = Echo(send, understanding, lengths_by(fetch))
    echo.say("open glute coach")              # -> Heard(speech="Welcome ...", mic_open=True)
    echo.say("the pre-run routine")
    echo.wait(40)                             # the stream plays; its events reach the skill
    echo.say("next")
    echo.player.offset

Time is virtual. `device` is the Echo itself; `hearing` decides what reaches the skill,
`requests` writes it down, `rules` refuses an answer that Alexa would refuse, `speech` reads
what is said, `directives` what is to be played, `player` plays it, `streams` knows how long
it is.
"""
