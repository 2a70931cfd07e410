"""Written for this test, in place of the source code that the export was made without: the same declarations."""
from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, String


@register_table
class Pet(SQLBase, SQLMixin):
    __tablename__ = "pet"
    participant_id = Column(Integer, ForeignKey("participant.id"))
    price = Column(Float)
    name = Column(String)


class Cat(Pet):
    hunts_mice = Column(Boolean)


class Dog(Pet):
    comes_with_kennel = Column(Boolean)
