"""Tables of what the Spanish verb does irregularly, for conjugation.py to consult."""

from __future__ import annotations


def words(text: str) -> list[str]:
    """A table of words, easier to read and to widen than a list of strings."""
    return text.split()


HABER = {
    "pres": ("he", "has", "ha", "hemos", "habéis", "han"),
    "pret": ("hube", "hubiste", "hubo", "hubimos", "hubisteis", "hubieron"),
    "imp": ("había", "habías", "había", "habíamos", "habíais", "habían"),
    "fut": ("habré", "habrás", "habrá", "habremos", "habréis", "habrán"),
    "cond": ("habría", "habrías", "habría", "habríamos", "habríais", "habrían"),
    "subj": ("haya", "hayas", "haya", "hayamos", "hayáis", "hayan"),
    "subjimp": ("hubiera", "hubieras", "hubiera", "hubiéramos", "hubierais", "hubieran"),
}

E_IE = set(
    words("""
    acertar apretar atravesar calentar cerrar comenzar confesar despertar empezar encender defender
    entender gobernar helar merendar negar nevar pensar perder querer recomendar regar sembrar sentar
    tender temblar tropezar advertir convertir divertir hervir mentir preferir referir sentir sugerir
    arrepentir adquirir extender atender fregar manifestar consentir invertir
""")
)
O_UE = set(
    words("""
    acordar acostar almorzar apostar aprobar avergonzar colgar comprobar consolar contar costar
    demostrar devolver doler dormir encontrar envolver llover morder morir mostrar mover poder probar
    recordar resolver rogar rodar soler soltar sonar soñar tostar volar volver jugar cocer torcer
    renovar
""")
)
E_I = set(
    words("""
    competir conseguir corregir despedir elegir freír impedir medir pedir perseguir reír repetir seguir
    servir sonreír vestir reñir teñir rendir
""")
)
# Verbs whose weak vowel takes the stress: envío, continúo, prohíbo, reúno.
HIATUS = set(
    words("""
    enviar confiar esquiar guiar variar criar espiar fiar fotografiar vaciar desafiar ampliar liar
    enfriar continuar actuar situar graduar acentuar insinuar evaluar efectuar habituar prohibir reunir
    aislar aullar
""")
)
NO_ZC = {
    "hacer",
    "cocer",
    "mecer",
    "vencer",
    "convencer",
    "ejercer",
    "torcer",
    "decir",
    "deshacer",
    "satisfacer",
}

YO = {
    "tener": "tengo",
    "venir": "vengo",
    "poner": "pongo",
    "salir": "salgo",
    "valer": "valgo",
    "hacer": "hago",
    "decir": "digo",
    "traer": "traigo",
    "caer": "caigo",
    "oír": "oigo",
    "ver": "veo",
    "saber": "sé",
    "dar": "doy",
    "caber": "quepo",
}
PRESENT = {
    "ser": "soy eres es somos sois son",
    "estar": "estoy estás está estamos estáis están",
    "ir": "voy vas va vamos vais van",
    "dar": "doy das da damos dais dan",
    "ver": "veo ves ve vemos veis ven",
    "haber": " ".join(HABER["pres"]),
    "oír": "oigo oyes oye oímos oís oyen",
    "tener": "tengo tienes tiene tenemos tenéis tienen",
    "venir": "vengo vienes viene venimos venís vienen",
    "decir": "digo dices dice decimos decís dicen",
    "oler": "huelo hueles huele olemos oléis huelen",
    "reír": "río ríes ríe reímos reís ríen",
    "freír": "frío fríes fríe freímos freís fríen",
    "prever": "preveo prevés prevé prevemos prevéis prevén",
}
SUBJUNCTIVE = {
    "ser": "sea seas sea seamos seáis sean",
    "ir": "vaya vayas vaya vayamos vayáis vayan",
    "estar": "esté estés esté estemos estéis estén",
    "dar": "dé des dé demos deis den",
    "saber": "sepa sepas sepa sepamos sepáis sepan",
    "haber": " ".join(HABER["subj"]),
    "oler": "huela huelas huela olamos oláis huelan",
    "reír": "ría rías ría riamos riáis rían",
    "freír": "fría frías fría friamos friáis frían",
}
STRONG = {
    "tener": "tuv",
    "estar": "estuv",
    "andar": "anduv",
    "poder": "pud",
    "poner": "pus",
    "saber": "sup",
    "caber": "cup",
    "haber": "hub",
    "querer": "quis",
    "venir": "vin",
    "hacer": "hic",
    "decir": "dij",
    "traer": "traj",
}
FUTURE = {
    "tener": "tendr",
    "venir": "vendr",
    "poner": "pondr",
    "salir": "saldr",
    "valer": "valdr",
    "poder": "podr",
    "saber": "sabr",
    "querer": "querr",
    "hacer": "har",
    "decir": "dir",
    "haber": "habr",
    "caber": "cabr",
}
PARTICIPLE = {
    "abrir": "abierto",
    "cubrir": "cubierto",
    "descubrir": "descubierto",
    "decir": "dicho",
    "escribir": "escrito",
    "describir": "descrito",
    "hacer": "hecho",
    "morir": "muerto",
    "poner": "puesto",
    "resolver": "resuelto",
    "romper": "roto",
    "ver": "visto",
    "volver": "vuelto",
    "devolver": "devuelto",
    "envolver": "envuelto",
    "ir": "ido",
    "freír": "frito",
    "prever": "previsto",
    "inscribir": "inscrito",
}
IMPERATIVE = {
    "decir": "di",
    "hacer": "haz",
    "ir": "ve",
    "poner": "pon",
    "salir": "sal",
    "ser": "sé",
    "tener": "ten",
    "venir": "ven",
}
FAMILY_BASES = ("tener", "venir", "poner", "hacer", "decir", "traer", "caer", "salir", "valer", "querer")
FAMILY_NOT = {"bendecir", "maldecir"}
