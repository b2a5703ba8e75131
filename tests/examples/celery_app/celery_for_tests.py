"""Celery as the tests want it: its queue is a directory, in which it looks often."""

import os

broker_url = "filesystem://"
broker_transport_options = {
    "data_folder_in": os.environ["QUEUE"],
    "data_folder_out": os.environ["QUEUE"],
    "control_folder": os.path.join(os.environ["QUEUE"], "control"),
    "polling_interval": 0.05,
}
