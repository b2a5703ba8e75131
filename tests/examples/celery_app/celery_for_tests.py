"""Celery as the tests want it: its queue is a directory, in which it looks often."""

import os

directory = os.environ["QUEUE"]
broker_url = "filesystem://"
broker_transport_options = {
    "data_folder_in": directory,
    "data_folder_out": directory,
    "control_folder": f"{directory}/control",
    "polling_interval": 0.05,
}
