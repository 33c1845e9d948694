"""Films of the training: its kernels, its maps, its mistakes and its curves, step by step."""

from engine.publish.film.making import SUBJECTS, make_film, preview, subject_of
from engine.publish.film.settings import SCALES, Film
from engine.publish.film.writing import FORMS

__all__ = ["FORMS", "SCALES", "SUBJECTS", "Film", "make_film", "preview", "subject_of"]
