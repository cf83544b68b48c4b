"""The project that `flowc new` copies. It works as it stands here, under the name `new_project`."""
