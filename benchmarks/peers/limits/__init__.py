"""What no application on this server can exceed: a hello, and an upload that is read and decoded but not kept.

Same framework, same server settings. The upload's body is parsed and its columns are turned into arrays, as any
receiver of this format must; nothing is looked up, judged or stored.
"""
